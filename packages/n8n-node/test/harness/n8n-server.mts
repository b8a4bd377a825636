import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createDatabase, n8nEnvironment, type N8nServerOptions } from "./n8n-environment.mts";
import { freePort, runCommand, startProcess, stopProcess, untilReady, type N8nProcess } from "./n8n-process.mts";

/** Readiness comes seconds before the REST API on a slow machine. */
const SIGN_IN_TRIES = 240;
/** Who owns every n8n of the tests. */
export const OWNER = { email: "owner@artdesk.example", firstName: "Art", lastName: "Desk", password: "Passw0rd!x" };

/** A whole n8n on loopback, with the package under test installed as its installer would. */
export interface N8nServer {
  baseUrl: string;
  /** Calls n8n's own REST API as its owner. The answer's `data`. */
  rest(method: "GET" | "POST" | "DELETE", path: string, body?: object): Promise<unknown>;
  /** Fetches JSON as its owner. */
  get(path: string): Promise<unknown>;
  /** Runs one of n8n's commands on the same database and folder, as `n8n execute` in a shell. What it printed. */
  command(...args: string[]): Promise<string>;
  /** A folder that goes away with the server. */
  folder: string;
  /** The main process, for its memory. */
  processId: number;
  close(): Promise<void>;
}

/** Starts n8n on a fresh folder and a fresh database, with its workers if any, and signs its owner in. */
export async function startN8nServer(options: N8nServerOptions): Promise<N8nServer> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-n8n-server-"));
  if (options.packageFolder !== undefined) putInPlace(options.packageFolder, join(folder, ".n8n", "nodes"));
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const databaseUrl = await createDatabase(options.postgresUrl, `n8n_${port}`);
  const env = { ...n8nEnvironment({ ...options, postgresUrl: databaseUrl }, folder, port), ...options.settings };
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
      folder,
      processId: main.child.pid ?? 0,
      close,
      command: (...args) => runCommand(options.start, args, folder, env),
      rest: (method, path, body) => callRest(baseUrl, cookie, method, path, body),
      get: async (path) => (await fetch(`${baseUrl}${path}`, { headers: { cookie } })).json(),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function putInPlace(packageFolder: string, nodes: string): void {
  mkdirSync(join(nodes, "node_modules"), { recursive: true });
  cpSync(packageFolder, join(nodes, "node_modules", "n8n-nodes-artdesk"), { recursive: true });
  writeFileSync(
    join(nodes, "package.json"),
    '{ "name": "installed-nodes", "private": true, "dependencies": { "n8n-nodes-artdesk": "0.1.0" } }',
  );
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
    if (tries >= SIGN_IN_TRIES)
      throw new Error(`n8n's owner could not be set up: ${response.status} ${await response.text()}`);
    await wait(250);
  }
}

async function callRest(
  baseUrl: string,
  cookie: string,
  method: "GET" | "POST" | "DELETE",
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
