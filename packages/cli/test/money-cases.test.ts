import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { startReplay, type Replay } from "@artdesk/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeFolder, runArtdesk } from "./cli-process.ts";

/** Replies whose usage lies or surprises, kept beside the repository with the recordings whose images they hold. */
const SHARED = resolve(import.meta.dirname, "../../../../shared");
const CASES = join(SHARED, "cases/money");
const hasCases = existsSync(CASES) && existsSync(join(SHARED, "recordings/images"));

interface Report {
  assets: {
    status: string;
    images: number;
    warnings?: readonly string[];
    error?: { code: string; message: string };
  }[];
  totals: { images: number; costMicroUsd: number; possiblyBilledMicroUsd?: number };
}

const promptFile = (model: string, more = ""): string =>
  `---\nmodel: ${model}\nsize: 1024x1024\n${more}---\nA red kite over a field, soft light.\n`;

let replay: Replay;
let folderOfReplies: string;

/** Buys with every reply as the case has it. */
async function buy(
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<{ folder: string; report: Report; calls: number; stderr: string }> {
  replay.play(name);
  const folder = makeFolder(files);
  const { stdout, stderr } = await runArtdesk(folder, ["generate", "--json"], replay.env);
  return { folder, report: JSON.parse(stdout) as Report, calls: replay.calls.length, stderr };
}

async function balanceOf(
  folder: string,
): Promise<{ spentMicroUsd: number; unknownMicroUsd: number; leftMicroUsd: number }> {
  const { stdout } = await runArtdesk(folder, ["budget", "--json"], replay.env);
  const { balances } = JSON.parse(stdout) as {
    balances: { spentMicroUsd: number; unknownMicroUsd: number; leftMicroUsd: number }[];
  };
  if (!balances[0]) throw new Error("no balance");
  return balances[0];
}

describe.skipIf(!hasCases)("replies that lie or surprise", () => {
  beforeAll(async () => {
    folderOfReplies = mkdtempSync(join(tmpdir(), "artdesk-cases-"));
    mkdirSync(join(folderOfReplies, "cases"));
    cpSync(join(SHARED, "recordings/images"), join(folderOfReplies, "images"), { recursive: true });
    for (const file of readdirSync(CASES).filter((name) => name.endsWith(".json"))) {
      const reply = JSON.parse(readFileSync(join(CASES, file), "utf8")) as object;
      const recording = { id: file.replace(".json", ""), responses: [{ ...reply, match: "^POST " }] };
      writeFileSync(join(folderOfReplies, "cases", file), JSON.stringify(recording));
    }
    replay = await startReplay(folderOfReplies);
  });
  afterAll(async () => {
    await replay.close();
    rmSync(folderOfReplies, { recursive: true });
  });

  test("a usage of zeros is booked as if there were none: 20 prompts stop at the month's limit", async () => {
    const folder = join(CASES, "budget-of-20-prompts");
    const {
      folder: workspace,
      report,
      calls,
    } = await buy("openai-usage-all-zero", {
      "artdesk.yml": readFileSync(join(folder, "artdesk.yml"), "utf8"),
      "a.image.md": readFileSync(join(folder, "a.image.md"), "utf8"),
    });
    const { spentMicroUsd, leftMicroUsd } = await balanceOf(workspace);
    // $0.05268 is the price of the image alone.
    expect([calls, report.totals.images]).toEqual([5, 5]);
    expect(spentMicroUsd).toBe(report.totals.costMicroUsd);
    expect(spentMicroUsd).toBeGreaterThanOrEqual(5 * 52_680);
    expect(leftMicroUsd).toBeGreaterThanOrEqual(0);
    // 3: the budget stops it.
    const again = await runArtdesk(workspace, ["generate", "--json"], replay.env);
    expect([again.code, replay.calls.length]).toEqual([3, 5]);
  });

  test("a count without its split is booked at the image rate", async () => {
    const { report } = await buy("gemini-usage-without-split", {
      "artdesk.yml": "version: 1\nbudget: { month: 5 }\n",
      "a.image.md": promptFile("gemini-3-pro-image"),
    });
    expect(report.totals).toMatchObject({ images: 1, costMicroUsd: 20 * 2 + 1120 * 120 });
  });

  const DRAFTED = "gemini-3-pro-two-image-parts";

  test("a run whose limit does not cover drafts is not begun", async () => {
    const { folder, report, calls } = await buy(DRAFTED, {
      "artdesk.yml": "version: 1\nbudget: { run: 0.20 }\n",
      "a.image.md": promptFile("gemini-3-pro-image"),
    });
    expect([calls, report.assets[0]?.error?.code]).toEqual([0, "budget_exceeded"]);
    expect((await balanceOf(folder)).spentMicroUsd).toBe(0);
  });

  test("a draft that came is billed within what was reserved, kept beside the image, and told", async () => {
    const { folder, report, calls } = await buy(DRAFTED, {
      "artdesk.yml": "version: 1\nbudget: { run: 0.45, month: 5 }\n",
      "a.image.md": promptFile("gemini-3-pro-image", "output: a.jpg\n"),
    });
    expect([calls, report.totals]).toMatchObject([1, { images: 1, costMicroUsd: 20 * 2 + 2240 * 120 + 200 * 12 }]);
    const told = report.assets[0]?.warnings?.find((warning) => warning.includes("1 more image"));
    const place = /kept in (\S+-extras)\./.exec(told ?? "")?.[1] ?? "";
    const draft = readFileSync(join(folder, place, "0.jpg"));
    expect(draft).toEqual(readFileSync(join(SHARED, "recordings/images/jpeg-1024x1024.jpg")));
    expect(existsSync(join(folder, "a.jpg"))).toBe(true);
  });
});

test.runIf(!hasCases)("skips replies that lie: there are no ../shared/cases/money beside this checkout", () => {
  expect(hasCases).toBe(false);
});
