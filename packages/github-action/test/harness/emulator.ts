import { createSign, randomBytes } from "node:crypto";
import { createEmulator } from "emulate";
import { startGraphqlShim, type GraphqlShim, type TestRule } from "./graphql-shim.ts";
import { findFreePort } from "./free-port.ts";

/** Rights of an installation token, as in a workflow's `permissions`. */
export type Permissions = Readonly<Record<string, "read" | "write">>;

export interface GitHubEmulator {
  /** For `GITHUB_API_URL`: the emulator behind a shim that adds GraphQL's `createCommitOnBranch`. */
  url: string;
  /** The emulator itself, which serves no GraphQL. */
  restUrl: string;
  /** A user's token that may do everything. */
  adminToken: string;
  /** A token such as a job gets: of an app's installation, narrowed to these permissions. */
  installationToken(permissions: Permissions): Promise<string>;
  /** Calls that came through the shim, as `METHOD /path`. */
  calls: readonly string[];
  /** Rulesets by branch name. */
  rules: Map<string, readonly TestRule[]>;
  /** Answers in GitHub's place. */
  fault: GraphqlShim["fault"];
  /** JSON of one REST call as the admin. */
  api<T>(method: string, path: string, body?: unknown): Promise<T>;
  close(): Promise<void>;
}

export const OWNER = "octocat";
export const REPO = "demo";

const APP_ID = 77;
const INSTALLATION_ID = 5;

/**
 * A GitHub REST API on this machine: the npm package `emulate`, which this project did not write. GraphQL is ours (see
 * graphql-shim.ts). It does not model rate limits, signatures or the length limit of comments.
 */
export async function startGitHubEmulator(): Promise<GitHubEmulator> {
  const adminToken = `ghp_${randomBytes(18).toString("hex")}`;
  const emulator = await createEmulator({
    service: "github",
    port: await findFreePort(),
    seed: {
      tokens: { [adminToken]: { login: OWNER, scopes: ["repo"] } },
      github: {
        users: [{ login: OWNER }],
        repos: [{ owner: OWNER, name: REPO, auto_init: true }],
        apps: [
          {
            app_id: APP_ID,
            slug: "github-actions",
            name: "github-actions",
            permissions: { contents: "write", issues: "write", pull_requests: "write", metadata: "read" },
            installations: [{ installation_id: INSTALLATION_ID, account: OWNER, repository_selection: "all" }],
          },
        ],
      },
    },
  });
  const shim = await startGraphqlShim(emulator.url, adminToken);
  const call = async <T>(method: string, path: string, token: string, body?: unknown): Promise<T> => {
    const reply = await fetch(`${emulator.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${text}`);
    return JSON.parse(text === "" ? "null" : text);
  };
  const appKey = emulator.generatedSecrets.find((secret) => secret.id === String(APP_ID))?.value ?? "";
  return {
    url: shim.url,
    restUrl: emulator.url,
    adminToken,
    calls: shim.calls,
    rules: shim.rules,
    fault: shim.fault,
    api: (method, path, body) => call(method, path, adminToken, body),
    installationToken: async (permissions) => {
      const path = `/app/installations/${INSTALLATION_ID}/access_tokens`;
      const reply = await call<{ token: string }>("POST", path, appToken(appKey), { permissions });
      return reply.token;
    },
    close: async () => {
      await shim.close();
      await emulator.close();
    },
  };
}

/** The short-lived token by which an app shows who it is. */
function appToken(privateKey: string): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const nowSeconds = Math.floor(Date.now() / 1_000);
  const unsigned = `${encode({ alg: "RS256", typ: "JWT" })}.${encode({ iat: nowSeconds - 5, exp: nowSeconds + 300, iss: String(APP_ID) })}`;
  return `${unsigned}.${createSign("RSA-SHA256").update(unsigned).sign(privateKey, "base64url")}`;
}
