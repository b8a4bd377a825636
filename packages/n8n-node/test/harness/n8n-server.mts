import { Client } from "pg";
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
  /** Fetches JSON as its owner. */
  get(path: string): Promise<unknown>;
  close(): Promise<void>;
}

export interface N8nServerOptions {
  /** n8n's start script. */
  start: string;
  /** The package, unpacked. */
  packageFolder: string;
  postgresUrl: string;
  /** Executions go through this Redis to two workers, as in n8n's queue mode; undefined: n8n runs them itself. */
  redisUrl: string | undefined;
}

/** Starts n8n on a fresh folder and a fresh database, with its workers if any, and signs its owner in. */
export async function startN8nServer(options: N8nServerOptions): Promise<N8nServer> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-n8n-server-"));
  const nodes = join(folder, ".n8n", "nodes");
  mkdirSync(join(nodes, "node_modules"), { recursive: true });
  cpSync(options.packageFolder, join(nodes, "node_modules", "n8n-nodes-artdesk"), { recursive: true });
  writeFileSync(
    join(nodes, "package.json"),
    '{ "name": "installed-nodes", "private": true, "dependencies": { "n8n-nodes-artdesk": "0.1.0" } }',
  );
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const databaseUrl = await createDatabase(options.postgresUrl, `n8n_${port}`);
  const env = environment({ ...options, postgresUrl: databaseUrl }, folder, port);
  const processes: N8nProcess[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(processes.map(stopProcess));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const main = await startProcess(options.start, ["start"], folder, env);
    processes.push(main);
    // The main process makes the tables that the workers need.
    await untilReady(baseUrl, main);
    const workers = options.redisUrl === undefined ? 0 : 2;
    for (let worker = 0; worker < workers; worker += 1) {
      const healthPort = await freePort();
      const started = await startProcess(options.start, ["worker", "--concurrency=5"], folder, {
        ...env,
        QUEUE_HEALTH_CHECK_ACTIVE: "true",
        QUEUE_HEALTH_CHECK_PORT: String(healthPort),
      });
      processes.push(started);
      await untilReady(`http://127.0.0.1:${healthPort}`, started);
    }
    const cookie = await signIn(baseUrl);
    return {
      baseUrl,
      close,
      rest: (method, path, body) => callRest(baseUrl, cookie, method, path, body),
      get: async (path) => (await fetch(`${baseUrl}${path}`, { headers: { cookie } })).json(),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The names of n8n's indexes are the same in every set of tables: so each server has a database of its own. */
async function createDatabase(postgresUrl: string, name: string): Promise<string> {
  const client = new Client({ connectionString: postgresUrl });
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return url.href;
}

function environment(options: N8nServerOptions, folder: string, port: number): NodeJS.ProcessEnv {
  const database = new URL(options.postgresUrl);
  const redis = options.redisUrl === undefined ? undefined : new URL(options.redisUrl);
  return {
    PATH: process.env["PATH"],
    HOME: folder,
    N8N_USER_FOLDER: folder,
    N8N_LISTEN_ADDRESS: "127.0.0.1",
    N8N_HOST: "127.0.0.1",
    N8N_PORT: String(port),
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
    ...(redis === undefined
      ? {}
      : {
          EXECUTIONS_MODE: "queue",
          OFFLOAD_MANUAL_EXECUTIONS_TO_WORKERS: "true",
          QUEUE_BULL_REDIS_HOST: redis.hostname,
          QUEUE_BULL_REDIS_PORT: redis.port,
          QUEUE_BULL_PREFIX: `n8n${port}`,
        }),
  };
}

interface N8nProcess {
  child: ChildProcess;
  /** The end of what it has said. */
  output: () => string;
}

/** Every n8n process has a task broker, which wants a port of its own. */
async function startProcess(
  start: string,
  args: string[],
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<N8nProcess> {
  const child = spawn(process.execPath, [start, ...args], {
    cwd: folder,
    env: { ...env, N8N_RUNNERS_BROKER_PORT: String(await freePort()) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, output: collectOutput(child) };
}

async function stopProcess({ child }: N8nProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await ended;
  clearTimeout(late);
}

async function untilReady(baseUrl: string, { child, output }: N8nProcess): Promise<void> {
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
