import { spawn, type ChildProcess } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const PATIENCE_MS = 180_000;
const OWNER = { email: "owner@artdesk.example", firstName: "Art", lastName: "Desk", password: "Passw0rd!x" };

/** A whole n8n on loopback, with the package under test installed as its installer would. */
export interface N8nServer {
  baseUrl: string;
  /** Calls n8n's own REST API as its owner. The answer's `data`. */
  rest(method: "GET" | "POST", path: string, body?: object): Promise<unknown>;
  close(): Promise<void>;
}

export interface N8nServerOptions {
  /** n8n's start script. */
  start: string;
  /** The package, unpacked. */
  packageFolder: string;
  postgresUrl: string;
}

/** Starts n8n on a fresh folder and a fresh set of tables, and signs its owner in. */
export async function startN8nServer(options: N8nServerOptions): Promise<N8nServer> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-n8n-server-"));
  const nodes = join(folder, ".n8n", "nodes");
  mkdirSync(join(nodes, "node_modules"), { recursive: true });
  cpSync(options.packageFolder, join(nodes, "node_modules", "n8n-nodes-artdesk"), { recursive: true });
  writeFileSync(
    join(nodes, "package.json"),
    '{ "name": "installed-nodes", "private": true, "dependencies": { "n8n-nodes-artdesk": "0.1.0" } }',
  );
  const [port, brokerPort] = [await freePort(), await freePort()];
  const baseUrl = `http://127.0.0.1:${port}`;
  const database = new URL(options.postgresUrl);
  const env = {
    PATH: process.env["PATH"],
    HOME: folder,
    N8N_USER_FOLDER: folder,
    N8N_LISTEN_ADDRESS: "127.0.0.1",
    N8N_HOST: "127.0.0.1",
    N8N_PORT: String(port),
    N8N_RUNNERS_BROKER_PORT: String(brokerPort),
    N8N_SECURE_COOKIE: "false",
    N8N_ENCRYPTION_KEY: "0123456789abcdef0123456789abcdef",
    N8N_DIAGNOSTICS_ENABLED: "false",
    N8N_VERSION_NOTIFICATIONS_ENABLED: "false",
    N8N_TEMPLATES_ENABLED: "false",
    N8N_PERSONALIZATION_ENABLED: "false",
    N8N_VERIFIED_PACKAGES_ENABLED: "false",
    N8N_DISABLED_MODULES: "mcp-registry",
    GENERIC_TIMEZONE: "UTC",
    DB_TYPE: "postgresdb",
    DB_POSTGRESDB_HOST: database.hostname,
    DB_POSTGRESDB_PORT: database.port,
    DB_POSTGRESDB_DATABASE: database.pathname.slice(1),
    DB_POSTGRESDB_USER: database.username,
    DB_POSTGRESDB_PASSWORD: database.password === "" ? "unused" : database.password,
    DB_TABLE_PREFIX: `n8n_${process.pid}_`,
  };
  const child = spawn(process.execPath, [options.start, "start"], {
    cwd: folder,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collectOutput(child);
  const close = async (): Promise<void> => {
    const ended = new Promise((resolve) => child.once("close", resolve));
    if (child.exitCode === null) child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilReady(baseUrl, child, output);
    const cookie = await signIn(baseUrl);
    return { baseUrl, close, rest: (method, path, body) => callRest(baseUrl, cookie, method, path, body) };
  } catch (error) {
    await close();
    throw error;
  }
}

async function untilReady(baseUrl: string, child: ChildProcess, output: () => string): Promise<void> {
  const deadlineMs = Date.now() + PATIENCE_MS;
  while (Date.now() < deadlineMs) {
    if (child.exitCode !== null) throw new Error(`n8n ended with code ${child.exitCode}: ${output()}`);
    const ready = await fetch(`${baseUrl}/healthz/readiness`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await wait(250);
  }
  throw new Error(`n8n is not ready after ${PATIENCE_MS / 1000} s: ${output()}`);
}

/** Readiness comes before the REST API is there: until then it answers with a page. */
async function signIn(baseUrl: string): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const response = await fetch(`${baseUrl}/rest/owner/setup`, post(OWNER));
    const cookie = response.headers
      .getSetCookie()
      .map((line) => line.split(";")[0])
      .join("; ");
    if (response.ok && cookie !== "") return cookie;
    if (tries >= 40) throw new Error(`n8n's owner could not be set up: ${response.status} ${await response.text()}`);
    await wait(250);
  }
}

async function callRest(
  baseUrl: string,
  cookie: string,
  method: "GET" | "POST",
  path: string,
  body?: object,
): Promise<unknown> {
  const { headers, ...request } = body === undefined ? { headers: {} } : post(body);
  const response = await fetch(`${baseUrl}/rest${path}`, { ...request, method, headers: { ...headers, cookie } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return (JSON.parse(text) as { data: unknown }).data;
}

function post(body: object): { method: "POST"; headers: Record<string, string>; body: string } {
  return { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

function collectOutput(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (data: Buffer) => (output = `${output}${data.toString()}`.slice(-8000)));
  return () => output;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}
