import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Finding } from "@artdesk/core/node";
import { startSimulator } from "@artdesk/simulator";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder, readArtdesk } from "./cli-process.ts";

async function findings(env: Readonly<Record<string, string>>, ...args: string[]): Promise<readonly Finding[]> {
  const { words } = await readArtdesk(makeFolder(), ["doctor", "--json", ...args], env);
  return (JSON.parse(words) as { findings: Finding[] }).findings;
}

const about = (all: readonly Finding[], subject: string): string | undefined =>
  all.find((finding) => finding.subject === subject)?.message;

test("--live tries every key with a free question and buys nothing", async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const live = await findings(simulator.env, "--live");
  const names = ["OpenAI", "Google Gemini", "fal.ai", "Replicate", "OpenRouter"];
  expect(names.map((name) => about(live, name))).toEqual(names.map(() => "the key works"));
  const asked = simulator.calls().map(({ method, path, hasKey }) => `${method} ${path} ${hasKey}`);
  expect(asked).toEqual(
    expect.arrayContaining([
      "GET /fal-platform/v1/models/pricing?endpoint_id=fal-ai%2Fesrgan true",
      "GET /replicate/v1/account true",
    ]),
  );
  expect(simulator.statement().entries).toEqual([]);
});

test("without --live nobody is asked", async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  expect(about(await findings(simulator.env), "Replicate")).toBe("key is set");
  expect(simulator.calls()).toEqual([]);
});

test("a key that is not accepted is told", async () => {
  const server = createServer((_request, response) => response.writeHead(401).end("{}"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const live = await findings(
    { FAL_KEY: "k", FAL_PLATFORM_BASE_URL: url, REPLICATE_API_TOKEN: "k", REPLICATE_BASE_URL: url },
    "--live",
  );
  for (const name of ["fal.ai", "Replicate"]) expect(about(live, name)).toBe("answered 401: the key is not accepted");
});

test("a fal key for an address of one's own is tried with the first job, not at fal's", async () => {
  const simulator = await startSimulator();
  onTestFinished(() => simulator.close());
  const { FAL_KEY = "", FAL_BASE_URL = "" } = simulator.env;
  const live = await findings({ FAL_KEY, FAL_BASE_URL }, "--live");
  expect(about(live, "fal.ai")).toBe("key is set; it is tried with the first job");
  expect(simulator.calls()).toEqual([]);
});
