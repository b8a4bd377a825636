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

export interface GraphqlShim {
  url: string;
  calls: readonly string[];
  close(): Promise<void>;
}

/**
 * Stands before the emulator and adds the one GraphQL mutation that the action uses, `createCommitOnBranch`, by way of
 * the emulator's git data. This shim is ours, written after GitHub's documentation of the mutation: what it shows is
 * that the action speaks the documented form, not that GitHub takes it. Everything else is passed on as it is.
 */
export async function startGraphqlShim(upstreamUrl: string): Promise<GraphqlShim> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    const work = request.url === "/graphql" ? answerGraphql(request, upstreamUrl) : passOn(request, upstreamUrl);
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
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  };
}

interface Reply {
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

async function answerGraphql(request: IncomingMessage, upstreamUrl: string): Promise<Reply> {
  const { query, variables }: { query: string; variables: { input: CommitInput } } = JSON.parse(
    (await readBody(request)).toString("utf8"),
  );
  if (!query.includes("createCommitOnBranch"))
    return json(200, { errors: [{ type: "NOT_FOUND", message: "unknown" }] });
  const authorization = request.headers.authorization ?? "";
  try {
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

function json(status: number, value: unknown): Reply {
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify(value)) };
}
