import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export interface GitRemote {
  /** For `GITHUB_SERVER_URL`. */
  url: string;
  token: string;
  /** Runs git inside the bare repository. */
  git(...args: string[]): string;
  /** Commits these files to the branch, on its newest commit, as somebody else would. */
  commit(branch: string, files: Readonly<Record<string, string>>): string;
  /** Requests that came without the right credentials. */
  refused: () => number;
  close(): Promise<void>;
}

/** A git server over HTTP on this machine: git's own `http-backend`, behind Basic authentication. */
export async function startGitRemote(name: string, token = "ghs_remote_token_1234567890"): Promise<GitRemote> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-remote-"));
  const bare = join(folder, `${name}.git`);
  execFileSync("git", ["init", "--quiet", "--bare", "--initial-branch=main", bare], { env: cleanEnv(folder) });
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: bare, encoding: "utf8", env: cleanEnv(folder), maxBuffer: 64_000_000 });
  git("config", "http.receivepack", "true");
  git("config", "uploadpack.allowFilter", "true");
  git("config", "uploadpack.allowAnySHA1InWant", "true");
  let refused = 0;
  const server = createServer((request, response) => {
    if (isAllowed(request, token)) {
      serve(request, response, folder);
      return;
    }
    refused += 1;
    response.writeHead(401, { "www-authenticate": 'Basic realm="git"' }).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    token,
    git,
    commit: (branch, files) => commitInClone(bare, folder, branch, files),
    refused: () => refused,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections();
        server.close(() => {
          rmSync(folder, { recursive: true, force: true });
          done();
        });
      }),
  };
}

function cleanEnv(home: string): Record<string, string> {
  const author = { GIT_AUTHOR_NAME: "Somebody", GIT_AUTHOR_EMAIL: "somebody@example.com" };
  const committer = { GIT_COMMITTER_NAME: "Somebody", GIT_COMMITTER_EMAIL: "somebody@example.com" };
  return { PATH: process.env["PATH"] ?? "", HOME: home, GIT_CONFIG_NOSYSTEM: "1", ...author, ...committer };
}

function isAllowed(request: IncomingMessage, token: string): boolean {
  const credentials = /^basic (.+)$/i.exec(request.headers.authorization ?? "")?.[1] ?? "";
  return Buffer.from(credentials, "base64").toString("utf8") === `x-access-token:${token}`;
}

function commitInClone(bare: string, folder: string, branch: string, files: Readonly<Record<string, string>>): string {
  const clone = mkdtempSync(join(folder, "clone-"));
  const git = (...args: string[]): string =>
    execFileSync("git", args, { cwd: clone, encoding: "utf8", env: cleanEnv(folder) });
  git("init", "--quiet");
  git("remote", "add", "origin", bare);
  try {
    git("fetch", "--quiet", "origin", branch);
    git("checkout", "--quiet", "-B", branch, "FETCH_HEAD");
  } catch {
    git("checkout", "--quiet", "-b", branch);
  }
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    writeFileSync(join(clone, path), text);
  }
  git("add", "--all");
  git("commit", "--quiet", "-m", "Somebody's change");
  git("push", "--quiet", "origin", `HEAD:refs/heads/${branch}`);
  return git("rev-parse", "HEAD").trim();
}

/** One CGI call (RFC 3875) to `git http-backend`. */
function serve(request: IncomingMessage, response: ServerResponse, folder: string): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  const header = (name: string): string => String(request.headers[name] ?? "");
  const child = spawn("git", ["http-backend"], {
    env: {
      ...cleanEnv(folder),
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: "1",
      // The owner of the repository is a folder for GitHub; here the bare repository stands at the top.
      PATH_INFO: url.pathname.replace(/^\/[^/]+(?=\/[^/]+\.git\/)/, ""),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method ?? "GET",
      CONTENT_TYPE: header("content-type"),
      CONTENT_LENGTH: header("content-length"),
      HTTP_CONTENT_ENCODING: header("content-encoding"),
      HTTP_GIT_PROTOCOL: header("git-protocol"),
      GIT_PROTOCOL: header("git-protocol"),
      REMOTE_USER: "x-access-token",
    },
  });
  request.pipe(child.stdin);
  child.stdin.on("error", () => undefined);
  let head: Buffer | undefined = Buffer.alloc(0);
  child.stdout.on("data", (chunk: Buffer) => {
    if (head === undefined) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const lines = head.subarray(0, end).toString("utf8").split("\r\n");
    const fields = new Map(
      lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
    );
    response.statusCode = Number.parseInt(fields.get("status") ?? "200", 10);
    for (const [name, value] of fields) if (name !== "status") response.setHeader(name, value);
    response.write(head.subarray(end + 4));
    head = undefined;
  });
  child.on("close", () => response.end());
}
