import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { expect, onTestFinished, test, vi } from "vitest";
import { clockEnv } from "../../../test/pinned-day/pinned-day.ts";
import { makeFolder, runArtdeskJson } from "./cli-process.ts";

const CLI = fileURLToPath(new URL("../src/artdesk.ts", import.meta.url));
const WAIT = { timeout: 30_000, interval: 20 };
const CONFIG = 'version: 1\nprices:\n  "flux kontext fast": 0.005\n';

/** A small picture: 64x64, grey. */
const PHOTO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAEAAAABACAAAAACPAi4CAAAAG0lEQVR4nO3BgQAAAADDoPlT3+AEVQEAAAB8AxBAAAFGOA0dAAAAAElFTkSuQmCC",
  "base64",
);

const JOBS = {
  fal: {
    prompt: "---\npurpose: draft\nmodel: Dreamina 3.1\noutput: kite.png\n---\nA red kite over a meadow.\n",
    microUsd: 30_000,
    post: /^\/fal\/fal-ai\/bytedance\/dreamina/,
  },
  replicate: {
    prompt:
      "---\npurpose: draft\noperation: edit\nmodel: Flux Kontext Fast\nreferences: [photo.png]\noutput: kite.png\n---\nMake it dusk.\n",
    microUsd: 5_000,
    post: /^\/replicate\/v1\/models\//,
  },
} as const;

async function simulatorForTest(latencyMs: number): Promise<Simulator> {
  const simulator = await startSimulator({ latencyMs });
  onTestFinished(() => simulator.close());
  return simulator;
}

function workspace(provider: keyof typeof JOBS): string {
  return makeFolder({ "artdesk.yml": CONFIG, "kite.image.md": JOBS[provider].prompt, "photo.png": PHOTO });
}

function startArtdesk(folder: string, env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn(process.execPath, ["--conditions=source", CLI, "generate", "--json"], {
    cwd: folder,
    env: { ...clockEnv(), NO_COLOR: "1", ...env },
    stdio: "ignore",
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

function journalStates(folder: string): string[] {
  const journal = join(folder, ".artdesk/journal");
  if (!existsSync(journal)) return [];
  return readdirSync(journal).flatMap((id) => {
    const note = join(journal, id, "attempt.json");
    return existsSync(note) ? [(JSON.parse(readFileSync(note, "utf8")) as { state: string }).state] : [];
  });
}

async function killWhenSubmitted(
  folder: string,
  { env }: Pick<Simulator, "env">,
  states: readonly string[] = ["submitted"],
): Promise<void> {
  const child = startArtdesk(folder, env);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  await vi.waitFor(() => expect(journalStates(folder).toSorted()).toEqual(states), WAIT);
  child.kill("SIGKILL");
  await gone;
}

const postsOf = (simulator: Simulator): string[] =>
  simulator.calls().flatMap(({ method, path }) => (method === "POST" ? [path] : []));

test.each(["fal", "replicate"] as const)(
  "kill -9 during a %s job: the next run collects the same job",
  async (name) => {
    const simulator = await simulatorForTest(3000);
    const folder = workspace(name);
    await killWhenSubmitted(folder, simulator);
    expect(existsSync(join(folder, "kite.png"))).toBe(false);

    const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
    expect({ code, recovered: document.recovered, warnings: document.warnings }).toEqual({
      code: 0,
      recovered: ["kite"],
      warnings: [],
    });
    expect(existsSync(join(folder, "kite.png"))).toBe(true);
    expect(postsOf(simulator)).toEqual([expect.stringMatching(JOBS[name].post)]);
    const { entries, totalMicroUsd } = simulator.statement();
    expect(entries.map(({ provider, images, delivered }) => ({ provider, images, delivered }))).toEqual([
      { provider: name, images: 1, delivered: true },
    ]);
    expect(totalMicroUsd).toBe(JOBS[name].microUsd);
    const { document: books } = await runArtdeskJson(folder, ["budget"], simulator.env);
    expect(books.unknown).toEqual([]);
    expect(books.balances[0]).toMatchObject({ spentMicroUsd: totalMicroUsd, reservedMicroUsd: 0, unknownMicroUsd: 0 });

    const again = await runArtdeskJson(folder, ["generate"], simulator.env);
    expect(again.document.totals).toMatchObject({ unchanged: 1, generated: 0, costMicroUsd: 0 });
    expect(postsOf(simulator)).toHaveLength(1);
    expect(readdirSync(join(folder, ".artdesk/journal"))).toEqual([]);
  },
);

test("a job of a dead run that was refused in the end costs nothing, and the image is made anew", async () => {
  const simulator = await simulatorForTest(1500);
  simulator.faults([{ kind: "moderation", provider: "fal" }]);
  const folder = workspace("fal");
  await killWhenSubmitted(folder, simulator);
  const { document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(document.warnings[0]).toMatch(/^kite: fal.ai refused this prompt.* Nothing was billed\.$/);
  expect(document.totals).toMatchObject({ generated: 1, costMicroUsd: 30_000, possiblyBilledMicroUsd: 0 });
  expect(simulator.statement().totalMicroUsd).toBe(30_000);
  const { document: books } = await runArtdeskJson(folder, ["budget"], simulator.env);
  expect(books.balances[0]).toMatchObject({ spentMicroUsd: 30_000, reservedMicroUsd: 0, unknownMicroUsd: 0 });
});

test("while a dead run's job cannot be asked for, it is not bought again", async () => {
  const simulator = await simulatorForTest(500);
  const folder = workspace("fal");
  await killWhenSubmitted(folder, simulator);
  const { FAL_KEY: _key, ...noKey } = simulator.env;
  const { code, document } = await runArtdeskJson(folder, ["generate"], noKey);
  expect(code).not.toBe(0);
  expect(document.assets[0]?.error?.message).toMatch(/cannot be collected yet: No key for fal\.ai/);
  expect(postsOf(simulator)).toHaveLength(1);
  const later = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(later.document.recovered).toEqual(["kite"]);
  expect(simulator.statement()).toMatchObject({ totalMicroUsd: 30_000, images: 1 });
});

test("a run that is cut off by a second Ctrl-C withdraws its fal job, which the next run finds to be free", async () => {
  const simulator = await simulatorForTest(4000);
  const folder = workspace("fal");
  const child = startArtdesk(folder, simulator.env);
  const gone = new Promise((resolve) => child.once("exit", resolve));
  await vi.waitFor(() => expect(journalStates(folder)).toEqual(["submitted"]), WAIT);
  child.kill("SIGINT");
  // Two signals that come at once are one to the process.
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.kill("SIGINT");
  await gone;
  expect(simulator.calls().filter(({ method }) => method === "PUT")).toMatchObject([{ status: 202 }]);
  expect(journalStates(folder)).toEqual(["submitted"]);
  const { document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(document.warnings[0]).toMatch(/Request was cancelled\. Nothing was billed\.$/);
  expect(document.totals).toMatchObject({ generated: 1, costMicroUsd: 30_000, possiblyBilledMicroUsd: 0 });
  expect(simulator.statement().totalMicroUsd).toBe(30_000);
});

test.each([
  ["first step", ["submitted"]],
  ["second step", ["received", "submitted"]],
])("kill -9 in the %s of an image in two steps: neither is bought twice", async (_step, states) => {
  const simulator = await simulatorForTest(2000);
  const { FAL_KEY = "", FAL_BASE_URL = "" } = simulator.env;
  const env = { FAL_KEY, FAL_BASE_URL };
  const folder = makeFolder({
    "artdesk.yml": 'version: 1\nprices: { "recraft 20b": 0.022 }\nbudget: { month: 1 }\n',
    "kite.image.md": "---\nsize: 2048x2048\noutput: kite.png\n---\nA red kite over a meadow.\n",
  });
  await killWhenSubmitted(folder, { env }, states);
  const { code, document } = await runArtdeskJson(folder, ["generate"], env);
  expect([code, document.warnings, readFileSync(join(folder, "kite.png")).readUInt32BE(16)]).toEqual([0, [], 2048]);
  expect(postsOf(simulator)).toEqual(["/fal/fal-ai/recraft-20b", "/fal/fal-ai/seedvr/upscale/image"]);
  expect(simulator.statement().totalMicroUsd).toBe(27_000);
  const { document: books } = await runArtdeskJson(folder, ["budget"], env);
  expect(books.balances[0]).toMatchObject({ spentMicroUsd: 27_000, reservedMicroUsd: 0, unknownMicroUsd: 0 });
  const again = await runArtdeskJson(folder, ["generate"], env);
  expect(again.document.totals).toMatchObject({ unchanged: 1, costMicroUsd: 0 });
  expect(readdirSync(join(folder, ".artdesk/journal"))).toEqual([]);
  const lock = readFileSync(join(folder, ".artdesk/lock/kite.json"), "utf8");
  expect(JSON.parse(lock)).toMatchObject({ model: "fal-ai/recraft-20b", costMicroUsd: 27_000 });
});
