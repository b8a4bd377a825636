import { spawn, type ChildProcess } from "node:child_process";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";

/** A fresh machine with two cores reads n8n's 2.7 GB for the first time. */
const PATIENCE_MS = 300_000;

/** A running n8n process. */
export interface N8nProcess {
  child: ChildProcess;
  /** The end of what it has said. */
  output: () => string;
}

/** Starts a process. Every one has a task broker, which wants a port of its own. */
export async function startProcess(
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

/** Asks a process to end, and ends it when it takes too long. */
export async function stopProcess({ child }: N8nProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 15_000);
  await ended;
  clearTimeout(late);
}

/** Waits until n8n answers. */
export async function untilReady(baseUrl: string, { child, output }: N8nProcess): Promise<void> {
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

/** Runs one of n8n's commands to its end. What it printed. */
export async function runCommand(
  start: string,
  args: string[],
  folder: string,
  env: NodeJS.ProcessEnv,
): Promise<string> {
  const { child, output } = await startProcess(start, args, folder, env);
  let printed = "";
  child.stdout?.on("data", (data: Buffer) => (printed += data.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`n8n ${args.join(" ")} ended with code ${String(code)}: ${output()}`);
  return printed;
}

function collectOutput(child: ChildProcess): () => string {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (data: Buffer) => (output = `${output}${data.toString()}`.slice(-8000)));
  return () => output;
}

/** A port that was free just now. */
export async function freePort(): Promise<number> {
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
