import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import sharp from "sharp";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeFolder, readArtdesk, runArtdeskJson } from "./cli-process.ts";

let simulator: Simulator;
let picture: Buffer;
beforeAll(async () => {
  simulator = await startSimulator();
  picture = await sharp({ create: { width: 64, height: 48, channels: 3, background: "#336699" } })
    .png()
    .toBuffer();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const PROMPT = "---\nmodel: gpt-image-2\nquality: low\nsize: 1024x1024\n---\nA paper boat.\n";
const CONFIG = "version: 1\nbudget: { month: 5 }\n";
const bill = (): number => simulator.statement().totalMicroUsd;

/** Same pixels, other bytes, as an optimiser in a pipeline does. */
async function recompress(path: string): Promise<Buffer> {
  const bytes = await sharp(readFileSync(path)).png({ compressionLevel: 1 }).toBuffer();
  expect(bytes.equals(readFileSync(path))).toBe(false);
  writeFileSync(path, bytes);
  return bytes;
}

async function say(folder: string, ...args: string[]): Promise<{ code: number | null; words: string }> {
  return readArtdesk(folder, args, simulator.env);
}

test("an edited image: check, plan and generate say the same, accept takes it for nothing", async () => {
  const folder = makeFolder({ "artdesk.yml": CONFIG, "boat.image.md": PROMPT });
  expect((await say(folder, "generate")).code).toBe(0);
  const paid = bill();
  const edited = await recompress(join(folder, "boat.png"));
  for (const [command, code] of [
    ["check", 4],
    ["plan", 0],
    ["generate", 0],
    ["check", 4],
  ] as const) {
    const said = await say(folder, command);
    expect([command, said.code]).toEqual([command, code]);
    expect(said.words).toContain("boat.png is not the file that was made: it was edited or replaced.");
    expect(said.words).toContain("`artdesk accept boat` takes it as this asset's image, for nothing");
    expect(said.words).not.toContain("Run: artdesk generate");
  }
  expect((await runArtdeskJson(folder, ["check"])).document.totals).toMatchObject({ stale: 1 });
  expect((await say(folder, "accept")).code).toBe(0);
  for (const command of ["check", "plan", "generate", "accept"]) {
    const said = await say(folder, command);
    expect([command, said.code]).toEqual([command, 0]);
    expect(said.words).not.toContain("edited or replaced");
  }
  expect(readFileSync(join(folder, "boat.png")).equals(edited)).toBe(true);
  expect(bill()).toBe(paid);
  // Another prompt is another image: what was accepted does not stand in its way.
  writeFileSync(join(folder, "boat.image.md"), PROMPT.replace("boat", "crane"));
  expect((await say(folder, "generate")).code).toBe(0);
  expect(bill()).toBeGreaterThan(paid);
});

test.each<[string, string, string]>([
  ["its default name", PROMPT, "boat.png"],
  ["`output`", PROMPT.replace("---\n", "---\noutput: pictures/mine.png\n"), "pictures/mine.png"],
  ["`count`", PROMPT.replace("---\n", "---\ncount: 2\n"), "boat-2.png"],
  ["a variant", PROMPT.replace("---\n", "---\nvariants: [{ name: dark }]\n"), "boat-dark.png"],
  ["a matrix", PROMPT.replace("---\n", '---\nmatrix: { n: [1, 2] }\noutput: "b{{n}}.png"\n'), "b2.png"],
])("a file of one's own at an output by %s is kept, and nothing is bought for it", async (_name, prompt, path) => {
  const folder = makeFolder({ "artdesk.yml": CONFIG, "boat.image.md": prompt, [path]: picture });
  for (const [command, code] of [
    ["plan", 2],
    ["check", 4],
    ["generate", 2],
  ] as const) {
    const said = await say(folder, command);
    expect([command, said.code]).toEqual([command, code]);
    expect(said.words).toContain(`${path} exists, and Artdesk did not make it: it is kept.`);
    expect(said.words).toContain("--force");
  }
  expect(readFileSync(join(folder, path)).equals(picture)).toBe(true);
  expect(bill()).toBe(0);
  expect((await say(folder, "generate", "--force")).code).toBe(0);
  expect(readFileSync(join(folder, path)).equals(picture)).toBe(false);
});

test("also where a lock entry names another file, and for cards that are drawn for nothing", async () => {
  const folder = makeFolder({ "artdesk.yml": CONFIG, "boat.image.md": PROMPT });
  expect((await say(folder, "generate")).code).toBe(0);
  const paid = bill();
  writeFileSync(
    join(folder, "boat.image.md"),
    PROMPT.replace("---\n", "---\noutput: mine.png\n").replace("boat", "ship"),
  );
  writeFileSync(join(folder, "mine.png"), picture);
  expect((await say(folder, "generate")).code).toBe(2);
  expect((await say(folder, "generate", "--provider", "sketch")).code).toBe(2);
  expect(readFileSync(join(folder, "mine.png")).equals(picture)).toBe(true);
  expect(bill()).toBe(paid);
});

test("an own file can be accepted by id or by prompt file", async () => {
  for (const name of ["art/boat", "art/boat.image.md", "art"]) {
    const folder = makeFolder({ "artdesk.yml": CONFIG, "art/boat.image.md": PROMPT, "art/boat.png": picture });
    expect((await say(folder, "accept", name)).words).toContain("art/boat: art/boat.png is accepted as it is.");
    expect((await say(folder, "check")).code).toBe(0);
    expect((await say(folder, "generate")).words).toContain("Nothing to do");
  }
  expect(bill()).toBe(0);
});

test("what is not an image, or not there, cannot be accepted", async () => {
  const folder = makeFolder({
    "artdesk.yml": CONFIG,
    "boat.image.md": PROMPT.replace("---\n", "---\ncount: 2\n"),
    "boat-1.png": picture,
    "kite.image.md": PROMPT,
    "kite.png": "no picture",
  });
  const said = await say(folder, "accept");
  expect(said.code).toBe(2);
  expect(said.words).toContain("boat-2.png does not exist, so boat cannot be accepted.");
  expect(said.words).toContain("kite.png is not an image, so kite cannot be accepted.");
  expect(existsSync(join(folder, ".artdesk/lock"))).toBe(false);
});

test("other images are made all the same with --keep-going", async () => {
  const folder = makeFolder({
    "artdesk.yml": CONFIG,
    "boat.image.md": PROMPT,
    "boat.png": picture,
    "kite.image.md": PROMPT,
  });
  expect((await say(folder, "generate", "--keep-going")).code).toBe(2);
  expect(existsSync(join(folder, "kite.png"))).toBe(true);
  expect(readFileSync(join(folder, "boat.png")).equals(picture)).toBe(true);
});

test("a lost lock entry makes nothing be bought again", async () => {
  const folder = makeFolder({ "artdesk.yml": CONFIG, "boat.image.md": PROMPT });
  await say(folder, "generate");
  const paid = bill();
  rmSync(join(folder, ".artdesk/lock"), { recursive: true });
  expect((await say(folder, "generate")).code).toBe(2);
  expect((await say(folder, "accept")).code).toBe(0);
  expect((await say(folder, "check")).code).toBe(0);
  expect(bill()).toBe(paid);
});

test("a check of nothing is not green, unless nothing is wanted", async () => {
  const empty = makeFolder();
  const said = await say(empty, "check");
  expect(said.code).toBe(2);
  expect(said.words).toContain("Nothing was checked");
  expect(said.words).toContain("--cwd");
  const wrong = makeFolder({ "artdesk.yml": 'version: 1\nprompts: ["pics/**/*.image.md"]\n', "boat.image.md": PROMPT });
  expect((await say(wrong, "check")).code).toBe(2);
  const none = makeFolder({ "artdesk.yml": "version: 1\nprompts: []\n" });
  expect((await say(none, "check")).code).toBe(0);
});
