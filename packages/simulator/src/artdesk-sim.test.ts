import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";

const program = fileURLToPath(new URL("./artdesk-sim.ts", import.meta.url));
const children: ChildProcessWithoutNullStreams[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(...flags: string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [program, ...flags]);
  children.push(child);
  return child;
}

async function firstOutput(child: ChildProcessWithoutNullStreams): Promise<string> {
  const [chunk] = (await once(child.stdout, "data")) as [Buffer];
  return chunk.toString();
}

test.each(["SIGINT", "SIGTERM"] as const)(
  "prints one JSON line when it is ready, and stops cleanly on %s",
  async (signal) => {
    const child = start("--port", "0", "--seed", "5", "--json");
    const output = await firstOutput(child);
    const { url, port, env } = JSON.parse(output) as { url: string; port: number; env: Record<string, string> };
    expect(url).toBe(`http://127.0.0.1:${port}`);
    expect(env).toEqual({
      OPENAI_BASE_URL: `${url}/openai/v1`,
      OPENAI_API_KEY: "sim-openai",
      GOOGLE_GEMINI_BASE_URL: `${url}/gemini/v1beta`,
      GEMINI_API_KEY: "sim-gemini",
      FAL_BASE_URL: `${url}/fal`,
      FAL_KEY: "sim-fal",
      FAL_PLATFORM_BASE_URL: `${url}/fal-platform/v1`,
      REPLICATE_BASE_URL: `${url}/replicate/v1`,
      REPLICATE_API_TOKEN: "sim-replicate",
      OPENROUTER_BASE_URL: `${url}/openrouter/api/v1`,
      OPENROUTER_API_KEY: "sim-openrouter",
    });
    expect(await (await fetch(`${url}/_sim/health`)).json()).toEqual({ ok: true, seed: 5 });
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
  },
);

test("prints lines for a shell", async () => {
  const output = await firstOutput(start());
  expect(output).toMatch(/^export OPENAI_BASE_URL=http:\/\/127\.0\.0\.1:\d+\/openai\/v1$/m);
  expect(output).toMatch(/^export GOOGLE_GEMINI_BASE_URL=http:\/\/127\.0\.0\.1:\d+\/gemini\/v1beta$/m);
  expect(output).toMatch(/^export OPENAI_API_KEY=sim-openai$/m);
  expect(output).toContain("/_sim/statement");
  const unquoted = output
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#") && !line.startsWith("export "));
  expect(unquoted).toEqual([]);
});

test("plays the day it is told", async () => {
  const child = start("--json", "--today", "2026-12-02");
  const { url } = JSON.parse(await firstOutput(child)) as { url: string };
  const response = await fetch(`${url}/openai/v1/models/gpt-image-1.5`, { headers: { authorization: "Bearer k" } });
  expect(response.status).toBe(404);
});

test("plays recordings back, and says which", async () => {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-replay-"));
  mkdirSync(join(folder, "cases"));
  const recording = {
    id: "one",
    responses: [{ match: "POST", status: 402, headers: {}, body: { error: "no credit" } }],
  };
  writeFileSync(join(folder, "cases", "one.json"), JSON.stringify(recording));
  try {
    const { url, env } = JSON.parse(await firstOutput(start("--replay", folder, "--json"))) as {
      url: string;
      env: Record<string, string>;
    };
    expect(env["OPENAI_BASE_URL"]).toBe(`${url}/v1`);
    const reply = await fetch(`${env["OPENAI_BASE_URL"]}/images/generations`, { method: "POST" });
    expect([reply.status, await reply.json()]).toEqual([402, { error: "no credit" }]);
    expect(await firstOutput(start("--replay", folder))).toMatch(/1 recorded exchanges[^]*# Playing: {3}one/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.each([
  ["--replay", "no/such/folder"],
  ["--latency-ms", "5", "--replay", "x"],
  ["--port", "70000"],
  ["--seed", "x"],
  ["--latency-ms", "-1"],
  ["--today", "tomorrow"],
  ["--verbose"],
])("%s %s is wrong usage", async (...flags) => {
  const child = start(...flags.filter((flag) => flag !== undefined));
  const errors: Buffer[] = [];
  child.stderr.on("data", (chunk: Buffer) => errors.push(chunk));
  expect(await once(child, "close")).toEqual([2, null]);
  expect(Buffer.concat(errors).toString()).toContain(flags[0]);
});
