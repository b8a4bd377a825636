import {
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeFolder, readArtdesk, runArtdeskJson } from "./cli-process.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const LEDGER = ".artdesk/ledger.sqlite";
const ENDINGS = ["", "-wal", "-shm"];
const prompt = (name: string, client = "acme"): string =>
  `---\nmodel: gpt-image-2\nquality: medium\nsize: 1024x1024\ntags: { client: ${client} }\n---\nA lamp, number ${name}.\n`;

/** A workspace with two images made, and a prompt file that is new. The limit would allow one image more. */
async function workspace(ledger = ""): Promise<{ folder: string; spentMicroUsd: number }> {
  const folder = makeFolder({
    "artdesk.yml": `version: 1\nbudget: { month: 0.17, on_exceeded: stop }\n${ledger}`,
    "a.image.md": prompt("one"),
    "b.image.md": prompt("two", "beta"),
  });
  expect((await readArtdesk(folder, ["generate"], simulator.env)).code).toBe(0);
  writeFileSync(join(folder, "c.image.md"), prompt("three"));
  return { folder, spentMicroUsd: simulator.statement().totalMicroUsd };
}

function removeLedger(folder: string, path = LEDGER): void {
  for (const ending of ENDINGS) rmSync(join(folder, path + ending), { force: true });
}

const LOSSES: [string, (folder: string) => void][] = [
  ["deleted", (folder) => removeLedger(folder)],
  [
    "emptied",
    (folder) => {
      for (const ending of ENDINGS.slice(1)) rmSync(join(folder, LEDGER + ending), { force: true });
      truncateSync(join(folder, LEDGER), 0);
    },
  ],
  [
    "emptied of its rows",
    (folder) => {
      const database = new DatabaseSync(join(folder, LEDGER));
      database.exec("DELETE FROM artdesk_ledger");
      database.close();
    },
  ],
  ["replaced by a database of something else", (folder) => replaceByForeign(folder)],
  ["renamed in artdesk.yml", (folder) => nameLedger(folder, "sqlite:.artdesk/other.sqlite")],
  ["moved out of the workspace in artdesk.yml", (folder) => nameLedger(folder, "sqlite:../other.sqlite")],
  ["put at an absolute path in artdesk.yml", (folder) => nameLedger(folder, `sqlite:${folder}-other.sqlite`)],
  [
    "replaced by a symbolic link",
    (folder) => {
      renameSync(join(folder, LEDGER), join(folder, "elsewhere.sqlite"));
      symlinkSync(join(folder, "elsewhere.sqlite"), join(folder, LEDGER));
    },
  ],
];

function replaceByForeign(folder: string): void {
  removeLedger(folder);
  const database = new DatabaseSync(join(folder, LEDGER));
  database.exec("CREATE TABLE bookmarks (url TEXT); INSERT INTO bookmarks VALUES ('https://example.com')");
  database.close();
}

function nameLedger(folder: string, ledger: string): void {
  writeFileSync(
    join(folder, "artdesk.yml"),
    `version: 1\nbudget: { month: 0.17, on_exceeded: stop }\nledger: ${ledger}\n`,
  );
}

test.each(LOSSES)("a ledger that was %s stops plan and generate, and nothing is bought", async (_name, lose) => {
  const { folder, spentMicroUsd } = await workspace();
  lose(folder);
  for (const command of ["plan", "generate", "generate"]) {
    const { code, words } = await readArtdesk(folder, [command], simulator.env);
    expect([1, 2]).toContain(code);
    expect(words).toContain("ledger");
  }
  expect(simulator.statement().totalMicroUsd).toBe(spentMicroUsd);
  expect(existsSync(join(folder, "c.png"))).toBe(false);
});

test("a database of something else is not changed by a byte, also where no ledger was before", async () => {
  const folder = makeFolder({
    "artdesk.yml": "version: 1\nledger: sqlite:bookmarks.db\n",
    "a.image.md": prompt("one"),
  });
  const path = join(folder, "bookmarks.db");
  const database = new DatabaseSync(path);
  database.exec("CREATE TABLE bookmarks (url TEXT)");
  database.close();
  const before = readFileSync(path);
  const { code, words } = await readArtdesk(folder, ["generate"], simulator.env);
  expect(code).toBe(1);
  expect(words).toContain("is a database of something else");
  expect(readFileSync(path).equals(before)).toBe(true);
  expect(simulator.statement().totalMicroUsd).toBe(0);
});

test("a ledger of another workspace is not this one's", async () => {
  const { folder, spentMicroUsd } = await workspace();
  const other = await workspace();
  removeLedger(folder);
  for (const ending of ENDINGS) {
    if (existsSync(join(other.folder, LEDGER + ending)))
      cpSync(join(other.folder, LEDGER + ending), join(folder, LEDGER + ending));
  }
  const { code, words } = await readArtdesk(folder, ["generate"], simulator.env);
  expect(code).toBe(1);
  expect(words).toContain("is another one than the books that were kept before");
  expect(simulator.statement().totalMicroUsd).toBe(spentMicroUsd * 2);
});

test("put back as it was, the ledger counts on", async () => {
  const { folder, spentMicroUsd } = await workspace();
  const backup = `${folder}-backup`;
  cpSync(join(folder, ".artdesk"), backup, { recursive: true });
  removeLedger(folder);
  expect((await readArtdesk(folder, ["generate"], simulator.env)).code).toBe(1);
  for (const ending of ENDINGS) {
    const file = join(backup, `ledger.sqlite${ending}`);
    if (existsSync(file)) cpSync(file, join(folder, LEDGER + ending));
  }
  expect((await readArtdesk(folder, ["generate"], simulator.env)).code).toBe(0);
  expect(simulator.statement().totalMicroUsd).toBeGreaterThan(spentMicroUsd);
});

test("`budget rebuild` counts what the lock entries cost, by client, and says so in the message before", async () => {
  const { folder, spentMicroUsd } = await workspace();
  removeLedger(folder);
  const stopped = await readArtdesk(folder, ["generate"], simulator.env);
  expect(stopped.words).toContain("put the ledger back");
  expect(stopped.words).toContain("artdesk budget rebuild");
  const rebuilt = await readArtdesk(folder, ["budget", "rebuild"]);
  expect(rebuilt.code).toBe(0);
  const { document } = await runArtdeskJson(folder, ["budget"]);
  const spent = Object.fromEntries(
    document.balances.map(({ label, spentMicroUsd: micro }) => [label.split(" (")[0], micro]),
  );
  expect(spent[Object.keys(spent).find((label) => label.startsWith("month")) ?? ""]).toBe(spentMicroUsd);
  expect((spent["client acme"] ?? 0) + (spent["client beta"] ?? 0)).toBe(spentMicroUsd);
  // Again: there is nothing to rebuild, and nothing counts twice.
  const again = await readArtdesk(folder, ["budget", "rebuild"]);
  expect(again.code).toBe(2);
  expect((await readArtdesk(folder, ["generate"], simulator.env)).code).toBe(0);
  expect(simulator.statement().totalMicroUsd).toBeLessThanOrEqual(170_000);
});

test("`budget rebuild --spent` counts what somebody states, also nothing", async () => {
  for (const [spent, code] of [
    ["0.17", 3],
    ["0", 0],
  ] as const) {
    const { folder } = await workspace();
    removeLedger(folder);
    expect((await readArtdesk(folder, ["budget", "rebuild", "--spent", spent])).code).toBe(0);
    expect((await readArtdesk(folder, ["generate"], simulator.env)).code).toBe(code);
  }
});

test("a fresh clone with lock entries has books of its own: nothing was lost there", async () => {
  const { folder } = await workspace();
  const clone = makeFolder();
  cpSync(folder, clone, {
    recursive: true,
    filter: (path) => !path.includes(".artdesk") || /\.artdesk(\/lock(\/.*)?)?$/.test(path),
  });
  expect((await readArtdesk(clone, ["generate"], simulator.env)).code).toBe(0);
});

test("looking makes no ledger and remembers none", async () => {
  const folder = makeFolder({ "artdesk.yml": "version: 1\nbudget: { month: 1 }\n", "a.image.md": prompt("one") });
  for (const command of ["plan", "check", "budget", "lint"]) await readArtdesk(folder, [command], simulator.env);
  expect(existsSync(join(folder, LEDGER))).toBe(false);
  expect(existsSync(join(folder, ".artdesk/ledger-id"))).toBe(false);
});
