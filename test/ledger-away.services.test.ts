import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Simulator, startSimulator } from "../packages/simulator/src/index.ts";
import type { ScopeBalance } from "../packages/core/src/index.ts";
import { expect, onTestFinished, test } from "vitest";
import { startFlakyProxy } from "../packages/core/test/flaky-proxy.ts";
import { requireServiceUrl } from "../packages/core/test/service-url.ts";
import { makeFolder, runArtdeskJson } from "../packages/cli/test/cli-process.ts";

const ASSETS = 12;
const CONCURRENCY = 2;

/** The address of the same database behind the proxy. */
function throughProxy(kind: "REDIS" | "POSTGRES", port: number): string {
  const url = new URL(requireServiceUrl(kind));
  url.port = String(port);
  return url.href;
}

function startProxy(kind: "REDIS" | "POSTGRES"): ReturnType<typeof startFlakyProxy> {
  const { hostname, port } = new URL(requireServiceUrl(kind));
  return startFlakyProxy({ host: hostname, port: Number(port) });
}

async function untilCalls(simulator: Simulator, calls: number): Promise<void> {
  while (simulator.calls().length < calls) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function readMonth(folder: string, simulator: Simulator): Promise<ScopeBalance> {
  const { document } = await runArtdeskJson(folder, ["budget"], simulator.env);
  const [month] = document.balances;
  if (!month) throw new Error("no balance of the month");
  return month;
}

test.each(["REDIS", "POSTGRES"] as const)("%s goes away in the middle of a batch", async (kind) => {
  const simulator = await startSimulator({ seed: 1, latencyMs: 400 });
  onTestFinished(() => simulator.close());
  const proxy = await startProxy(kind);
  const prompts = Object.fromEntries(
    Array.from({ length: ASSETS }, (_, index) => [
      `kite-${index}.image.md`,
      `---\npurpose: draft\n---\nKite ${index}\n`,
    ]),
  );
  const folder = makeFolder({
    "artdesk.yml": `version: 1\nconcurrency: ${CONCURRENCY}\nbudget: { month: 5 }\nledger: ${throughProxy(kind, proxy.port)}\n`,
    ...prompts,
  });

  // The server may have been given from outside, with books on it.
  const before = await readMonth(folder, simulator);

  const running = runArtdeskJson(folder, ["generate"], simulator.env);
  await untilCalls(simulator, 4);
  await proxy.goAway();
  const first = await running;

  expect(first.code).toBe(1);
  expect(JSON.stringify(first.document)).toContain("The ledger at");
  const callsWhenGone = simulator.calls().length;
  // Only what had already been reserved and noted when the ledger went may still have left.
  expect(callsWhenGone).toBeLessThanOrEqual(4 + CONCURRENCY);
  const without = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(without.code).toBe(1);
  expect(simulator.calls()).toHaveLength(callsWhenGone);

  await proxy.comeBack();
  const second = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(second.code).toBe(0);
  for (let index = 0; index < ASSETS; index += 1) expect(existsSync(join(folder, `kite-${index}.png`))).toBe(true);
  const after = await readMonth(folder, simulator);
  const statement = simulator.statement();
  expect(statement.images).toBe(ASSETS);
  expect(after.images - before.images).toBe(ASSETS);
  expect(after.spentMicroUsd - before.spentMicroUsd).toBe(statement.totalMicroUsd);
  expect([after.reservedMicroUsd, after.unknownMicroUsd]).toEqual([before.reservedMicroUsd, before.unknownMicroUsd]);
  await proxy.goAway();
});
