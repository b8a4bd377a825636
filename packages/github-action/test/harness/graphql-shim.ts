import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

/** What a GraphQL error looks like on the wire. */
interface GraphqlError {
  type: string;
  path: readonly string[];
  message: string;
}

interface CommitInput {
  branch: { repositoryNameWithOwner: string; branchName: string };
  expectedHeadOid: string;
  message: { headline: string; body?: string };
  fileChanges: { additions?: { path: string; contents: string }[]; deletions?: { path: string }[] };
}

/** An active rule of a ruleset, and whether the caller may bypass it. */
export interface TestRule {
  type: string;
  bypass?: "always" | "never";
  /** Holds, and no page tells of it. */
  hidden?: boolean;
}

export interface GraphqlShim {
  url: string;
  calls: readonly string[];
  /** Rulesets by branch, which the emulator does not know. */
  rules: Map<string, readonly TestRule[]>;
  /** Answers in GitHub's place, by `METHOD /path`, until it is taken away. */
  fault: { answer: ((call: string) => Reply | undefined) | undefined };
  close(): Promise<void>;
}

/**
 * Stands before the emulator and adds the one GraphQL mutation that the action uses, `createCommitOnBranch`, by way of
 * the emulator's git data. This shim is ours, written after GitHub's documentation of the mutation: what it shows is
 * that the action speaks the documented form, not that GitHub takes it. Everything else is passed on as it is.
 */
export async function startGraphqlShim(upstreamUrl: string, adminToken: string): Promise<GraphqlShim> {
  const calls: string[] = [];
  const fault: GraphqlShim["fault"] = { answer: undefined };
  const rules = new Map<string, readonly TestRule[]>();
  const server = createServer((request, response) => {
    const call = `${request.method} ${request.url}`;
    calls.push(call);
    const ruled = fault.answer?.(call) ?? answerRules(request.url ?? "", rules) ?? refuseUpdate(call, rules);
    const work =
      ruled !== undefined
        ? Promise.resolve(ruled)
        : request.url === "/graphql"
          ? answerGraphql(request, { upstreamUrl, adminToken, rules })
          : passOn(request, upstreamUrl);
    work.then(
      (reply) => send(response, reply),
      (error: unknown) => send(response, { status: 502, headers: {}, body: Buffer.from(String(error)) }),
    );
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    rules,
    fault,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

export interface Reply {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: Uint8Array;
}

function send(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, headers).end(body);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function passOn(request: IncomingMessage, upstreamUrl: string): Promise<Reply> {
  const body = await readBody(request);
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (typeof value === "string" && !["host", "connection", "content-length"].includes(name)) headers[name] = value;
  }
  const method = request.method ?? "GET";
  const reply = await fetch(`${upstreamUrl}${request.url}`, {
    method,
    headers,
    ...(body.byteLength > 0 ? { body: new Uint8Array(body) } : {}),
  });
  const passed: Record<string, string> = {};
  for (const [name, value] of reply.headers) {
    if (!["content-length", "content-encoding", "transfer-encoding", "connection"].includes(name)) passed[name] = value;
  }
  return { status: reply.status, headers: passed, body: Buffer.from(await reply.arrayBuffer()) };
}

/** The two pages of GitHub's REST API about rulesets. A ruleset's id is the place of its rule, counted from 1. */
function answerRules(path: string, rules: ReadonlyMap<string, readonly TestRule[]>): Reply | undefined {
  const branch = /^\/repos\/[^/]+\/[^/]+\/rules\/branches\/(.+)$/.exec(path)?.[1];
  const all = [...rules].flatMap(([name, list]) => list.map((rule) => ({ name, rule })));
  if (branch !== undefined) {
    const active = all.flatMap(({ name, rule: { type, hidden } }, index) =>
      hidden === true ? [] : [{ name, type, ruleset_id: index + 1 }],
    );
    return json(
      200,
      active.filter(({ name }) => name === decodeURIComponent(branch)),
    );
  }
  const id = /^\/repos\/[^/]+\/[^/]+\/rulesets\/(\d+)$/.exec(path)?.[1];
  if (id === undefined) return undefined;
  return json(200, { id: Number(id), current_user_can_bypass: all[Number(id) - 1]?.rule.bypass ?? "never" });
}

/** A ruleset refuses every update of its branch, also one by REST. */
function refuseUpdate(call: string, rules: ReadonlyMap<string, readonly TestRule[]>): Reply | undefined {
  const branch = /^PATCH \/repos\/[^/]+\/[^/]+\/git\/refs\/heads\/(.+)$/.exec(call)?.[1];
  const rule = branch === undefined ? undefined : ruleOf(decodeURIComponent(branch), rules);
  return rule && json(422, { message: `Repository rule violations found: ${rule.type}` });
}

function ruleOf(branch: string, rules: ReadonlyMap<string, readonly TestRule[]>): TestRule | undefined {
  return rules.get(branch)?.find(({ bypass }) => bypass !== "always");
}

interface Upstream {
  upstreamUrl: string;
  adminToken: string;
  rules: ReadonlyMap<string, readonly TestRule[]>;
}

/** GraphQL's `RefUpdateRule`, made from the emulator's branch protection. */
async function answerRefUpdateRule(
  { owner, repo, ref }: { owner: string; repo: string; ref: string },
  { upstreamUrl, adminToken }: Upstream,
): Promise<Reply> {
  const branch = ref.replace("refs/heads/", "");
  const reply = await fetch(`${upstreamUrl}/repos/${owner}/${repo}/branches/${branch}/protection`, {
    headers: { authorization: `Bearer ${adminToken}` },
  });
  if (!reply.ok) return json(200, { data: { repository: { ref: { refUpdateRule: null } } } });
  const protection = (await reply.json()) as {
    required_pull_request_reviews?: { required_approving_review_count?: number } | null;
    required_status_checks?: { contexts: string[] } | null;
    restrictions?: unknown;
  };
  const reviews = protection.required_pull_request_reviews;
  const refUpdateRule = {
    viewerCanPush: !protection.restrictions,
    requiredApprovingReviewCount: reviews ? (reviews.required_approving_review_count ?? 1) : null,
    requiredStatusCheckContexts: protection.required_status_checks?.contexts ?? null,
  };
  return json(200, { data: { repository: { ref: { refUpdateRule } } } });
}

async function answerGraphql(request: IncomingMessage, upstream: Upstream): Promise<Reply> {
  const { upstreamUrl, rules } = upstream;
  const { query, variables } = JSON.parse((await readBody(request)).toString("utf8")) as {
    query: string;
    variables: { input: CommitInput; owner: string; repo: string; ref: string };
  };
  if (query.includes("refUpdateRule")) return answerRefUpdateRule(variables, upstream);
  if (!query.includes("createCommitOnBranch"))
    return json(200, { errors: [{ type: "NOT_FOUND", message: "unknown" }] });
  const authorization = request.headers.authorization ?? "";
  try {
    const ruled = ruleOf(variables.input.branch.branchName, rules);
    if (ruled) throw new Refusal("UNPROCESSABLE", `Repository rule violations found: ${ruled.type}`);
    const oid = await createCommit(variables.input, `${upstreamUrl}/repos`, authorization);
    return json(200, { data: { createCommitOnBranch: { commit: { oid, signature: { isValid: true } } } } });
  } catch (error) {
    const type = error instanceof Refusal ? error.type : "INTERNAL";
    const problem: GraphqlError = { type, path: ["createCommitOnBranch"], message: String(error) };
    return json(200, { data: { createCommitOnBranch: null }, errors: [problem] });
  }
}

class Refusal extends Error {
  readonly type: string;
  constructor(type: string, message: string) {
    super(message);
    this.type = type;
  }
}

async function createCommit(input: CommitInput, reposUrl: string, authorization: string): Promise<string> {
  const repoUrl = `${reposUrl}/${input.branch.repositoryNameWithOwner}`;
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const reply = await fetch(`${repoUrl}${path}`, {
      method,
      headers: { authorization, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (reply.status === 403) throw new Refusal("FORBIDDEN", "Resource not accessible by integration");
    if (reply.status === 422) throw new Refusal("STALE_DATA", await reply.text());
    if (!reply.ok) throw new Refusal("NOT_FOUND", await reply.text());
    return (await reply.json()) as T;
  };
  const ref = `heads/${input.branch.branchName}`;
  const head = (await call<{ object: { sha: string } }>("GET", `/git/ref/${ref}`)).object.sha;
  if (head !== input.expectedHeadOid) {
    throw new Refusal("STALE_DATA", `Expected branch to point to "${input.expectedHeadOid}" but it did not.`);
  }
  const parent = await call<{ tree: { sha: string } }>("GET", `/git/commits/${head}`);
  const tree = [];
  for (const { path, contents } of input.fileChanges.additions ?? []) {
    const blob = await call<{ sha: string }>("POST", "/git/blobs", { content: contents, encoding: "base64" });
    tree.push({ path, mode: "100644", type: "blob", sha: blob.sha });
  }
  for (const { path } of input.fileChanges.deletions ?? [])
    tree.push({ path, mode: "100644", type: "blob", sha: null });
  const made = await call<{ sha: string }>("POST", "/git/trees", { base_tree: parent.tree.sha, tree });
  const { headline, body } = input.message;
  const message = body === undefined || body === "" ? headline : `${headline}\n\n${body}`;
  const commit = await call<{ sha: string }>("POST", "/git/commits", { message, tree: made.sha, parents: [head] });
  await call("PATCH", `/git/refs/${ref}`, { sha: commit.sha, force: false });
  return commit.sha;
}

/** A reply with JSON. */
export function json(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    body: Buffer.from(JSON.stringify(value)),
  };
}
