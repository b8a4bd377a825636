import { existsSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { GenerateAsset, ReportError } from "@artdesk/core/node";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exitCodeOf } from "../src/host/exit-code.ts";
import { filesBelow, makeFolder, readArtdesk, runArtdesk, runArtdeskJson } from "./cli-process.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

/** Front matter above a prompt that is fine. */
function prompt(frontMatter: string): string {
  return `---\n${frontMatter}\n---\nA red fox.\n`;
}

/** What each broken prompt file is called, what is in it, and the line that its mistake is on. */
const BROKEN_FILES: readonly { name: string; content: string | Uint8Array; line: number }[] = [
  { name: "unknown-key", content: prompt("purpose: docs\nsise: 1024x1024"), line: 3 },
  { name: "bad-yaml", content: prompt("purpose: [docs"), line: 2 },
  { name: "missing-reference", content: prompt("references: [logo.png]"), line: 2 },
  { name: "size-too-small", content: prompt("size: 10x10"), line: 2 },
  { name: "size-too-wide", content: prompt("size: 99999x1"), line: 2 },
  { name: "size-no-model", content: prompt("size: 8192x16"), line: 4 },
  { name: "output-outside", content: prompt("output: ../../x.png"), line: 2 },
  { name: "output-through-link", content: prompt("output: linked/x.png"), line: 2 },
  { name: "unknown-model", content: prompt("model: gpt-imag-2"), line: 2 },
  { name: "empty-prompt", content: "---\npurpose: docs\n---\n\n", line: 4 },
  { name: "huge-prompt", content: `---\npurpose: docs\n---\n${"a ".repeat(1_000_000)}`, line: 1 },
  { name: "binary", content: Uint8Array.from({ length: 3000 }, (_, index) => (index * 89 + 128) % 256), line: 1 },
  { name: "aspect-zero", content: prompt("aspect: 0:1"), line: 2 },
  { name: "count-zero", content: prompt("count: 0"), line: 2 },
  { name: "negative-cap", content: prompt("max_cost: -1"), line: 2 },
  { name: "bad-quality", content: prompt("quality: superb"), line: 2 },
];

function writeBrokenFiles(): { folder: string; outside: string } {
  const files = Object.fromEntries(BROKEN_FILES.map(({ name, content }) => [`${name}.image.md`, content]));
  const folder = makeFolder({ ...files, "good.image.md": "A red fox in the snow.\n" });
  const outside = join(folder, "../..");
  mkdirSync(join(outside, "elsewhere"));
  symlinkSync(join(outside, "elsewhere"), join(folder, "linked"));
  return { folder, outside };
}

function filesOutside(outside: string): string[] {
  return filesBelow(outside).filter((path) => !path.startsWith("outer/project/"));
}

describe("broken prompt files", () => {
  let assets: readonly GenerateAsset[];
  const errorOf = (name: string): ReportError | undefined => assets.find(({ id }) => id === name)?.error;

  test("stop the run before anything is paid, each with its place; --keep-going makes the others", async () => {
    simulator.reset();
    const { folder, outside } = writeBrokenFiles();
    const stopped = await runArtdeskJson(folder, ["generate"], simulator.env);
    expect(stopped.code).toBe(2);
    ({ assets } = stopped.document);
    expect(stopped.document.totals).toMatchObject({ generated: 0, failed: BROKEN_FILES.length, skipped: 1 });
    expect(simulator.calls()).toEqual([]);
    expect(simulator.statement().entries).toEqual([]);
    expect(existsSync(join(folder, "good.png"))).toBe(false);

    const others = await runArtdeskJson(folder, ["generate", "--keep-going"], simulator.env);
    expect(others.code).toBe(2);
    expect(others.document.totals).toMatchObject({ generated: 1, failed: BROKEN_FILES.length, skipped: 0, images: 1 });
    expect(others.document.assets.filter(({ error }) => error).map(({ id, error }) => ({ id, error }))).toEqual(
      assets.filter(({ error }) => error).map(({ id, error }) => ({ id, error })),
    );
    expect(simulator.statement()).toMatchObject({ images: 1, totalMicroUsd: others.document.totals.costMicroUsd });
    expect(filesBelow(folder).filter((path) => path.endsWith(".png"))).toEqual(["good.png"]);
    expect(filesOutside(outside)).toEqual([]);
  });

  test.each(BROKEN_FILES)("$name is invalid input, with file and line", ({ name, line }) => {
    const error = errorOf(name);
    expect(error).toMatchObject({ file: `${name}.image.md`, line });
    expect(exitCodeOf(error?.code ?? "network")).toBe(2);
  });

  test("say what is wrong and what to do", async () => {
    const { folder } = writeBrokenFiles();
    const { code, stdout, stderr } = await runArtdesk(folder, ["generate"], simulator.env);
    expect(code).toBe(2);
    expect(stderr).toBe("");
    expect(stdout).toMatchInlineSnapshot(`
      "✗ aspect-zero.image.md:2: \`aspect\` must be a shape such as 3:2.

      ✗ bad-yaml.image.md:2: This is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ].
          Write settings as \`key: value\` lines; put texts with \`:\` or \`#\` in quotes.

      ✗ binary.image.md:1: This is not a text file: it is not valid UTF-8.
          Write the prompt as plain UTF-8 text.

      ✗ count-zero.image.md:2: \`count\` must be at least 1.

      ✗ empty-prompt.image.md:4: The prompt is empty.
          Write below the front matter what the image shows.

      ✗ huge-prompt.image.md:1: The path \`huge-prompt.image.md\` is 2000022 bytes; at most 256000 are read.
          Use a smaller file.

      ✗ negative-cap.image.md:2: \`max_cost\` must not be negative.

      ✗ output-outside.image.md:2: The output \`../../x.png\` leads out of the workspace.
          Paths start at the prompt file's folder; keep it inside the workspace.

      ✗ unknown-key.image.md:3: \`sise\` is not a known key. Did you mean \`size\`?

      ✗ missing-reference.image.md:2: The path \`logo.png\` does not exist.
          Add the file, or mend the path: it starts at the prompt file's folder.

      ✗ output-through-link.image.md:2: The path \`linked/x.png\` leads through the symbolic link \`linked\`.
          Artdesk follows no symbolic links: name the real file or folder.

      ✗ bad-quality.image.md:2: quality: no model has a quality called "superb".
          Known qualities: low, medium, high, xhigh, max, default.

      ✗ size-no-model.image.md:4: No model can do this as standard work. Most frequent reasons: Cannot make 8192x16: the longest edge is 3840 px. Cannot make 8192x16: makes only 1024x1024, 1536x1024, 1024x1536. Cannot make 8192x16: takes a shape instead of pixels; its nearest size is 1584x672.
          Change the size, the format or the references, name a model, or relax the policy.

      ✗ size-too-small.image.md:2: size: "10x10" has an edge outside 16 to 8192 pixels.

      ✗ size-too-wide.image.md:2: size: "99999x1" has an edge outside 16 to 8192 pixels.

      ✗ unknown-model.image.md:2: model: there is no model called "gpt-imag-2".
          Did you mean gpt-image-2?

      Nothing made, 16 failed, 1 not started. Spent $0.00.

      Contact sheet: .artdesk/contact-sheet.html
      "
    `);
  });
});

/** Names that are no longer sold lead to their successor, and the report says so. */
test("a retired model is explained: what is used instead, and since when", async () => {
  simulator.reset();
  const folder = makeFolder({
    "dalle.image.md": prompt("model: dall-e-3"),
    "banana.image.md": prompt("model: gemini-2.5-flash-image"),
  });
  const { code, stdout } = await runArtdesk(folder, ["plan"], simulator.env);
  expect(code).toBe(0);
  expect(stdout.split("\n").filter((line) => line.startsWith("!"))).toMatchInlineSnapshot(`
    [
      "! banana: gemini-2.5-flash-image was listed to shut down on 2026-10-02; gemini-nano-banana-2.1 is used instead.",
      "! dalle: dall-e-3 was shut down on 2026-05-12; gpt-image-2.5-flare is used instead.",
      "! banana, dalle: No lighting: say where the light comes from, how hard it is, or the time of day.",
      "! banana, dalle: Neither camera nor style: say photo or drawing, and the view or the lens.",
    ]
  `);
  expect(simulator.calls()).toEqual([]);
});

/** One way to go wrong on the command line or in `artdesk.yml`. */
interface Case {
  name: string;
  args?: readonly string[];
  files?: Readonly<Record<string, string | Uint8Array>>;
  env?: Readonly<Record<string, string>>;
  /** @default 2 */
  code?: number;
}

function config(name: string, text: string): Case {
  return { name, files: { "artdesk.yml": text } };
}

const CONFIG_CASES: readonly Case[] = [
  config("unknown key", "version: 1\nbudgett: 3\n"),
  config("unknown key below", "version: 1\nbudget: {monthly: 3}\n"),
  config("negative budget", "version: 1\nbudget: {month: -5}\n"),
  config("budget that is no number", "version: 1\nbudget: {month: .nan}\n"),
  config("absurd budget", "version: 1\nbudget: {month: 1e30}\n"),
  config("absurd concurrency", "version: 1\nconcurrency: 100000\n"),
  config("another version", "version: 2\n"),
  config("unknown policy", "version: 1\npolicy: best\n"),
  config("unknown model", "version: 1\nmodels: {draft: gpt-imag-2}\n"),
  config("unknown ledger", "version: 1\nledger: mysql://localhost\n"),
  config("ledger that only the Action writes", "version: 1\nledger: github\n"),
  { ...config("ledger that does not answer", "version: 1\nledger: redis://127.0.0.1:1\n"), code: 1 },
];

const COMMAND_CASES: readonly Case[] = [
  { name: "amount", args: ["generate", "--max-cost", "abc"] },
  { name: "negative amount", args: ["generate", "--max-cost", "-1"] },
  { name: "provider", args: ["generate", "--provider", "opnai"] },
  { name: "provider, far off", args: ["generate", "--provider", "midjourney"] },
  { name: "policy", args: ["generate", "--policy", "qualty"] },
  { name: "command", args: ["genrate"] },
  { name: "option", args: ["generate", "--dry-run"] },
  { name: "path", args: ["generate", "nowhere.image.md"] },
  { name: "path outside", args: ["generate", "../../x.image.md"] },
  { name: "configuration", args: ["generate", "--config", "nowhere.yml"] },
  { name: "month", args: ["report", "--month", "2026-99"] },
  { name: "operation", args: ["models", "--operation", "draw"] },
  { name: "reconcile without a cost", args: ["budget", "reconcile", "some-id"] },
  { name: "reconcile of nothing", args: ["budget", "reconcile", "some-id", "--cost", "0"] },
  { name: "no key", env: {} },
  {
    name: "no key for the model",
    files: { "fox.image.md": prompt("model: gpt-image-2") },
    env: {},
  },
  {
    name: "corrupt ledger",
    files: { ".artdesk/ledger.sqlite": Uint8Array.from({ length: 9000 }, (_, index) => (index * 89) % 256) },
    code: 1,
  },
];

/** Runs a case for people and for scripts; returns what people read. */
async function runCase({
  name,
  args = ["generate"],
  files = {},
  env = simulator.env,
  code = 2,
}: Case): Promise<string> {
  const folder = makeFolder({ "fox.image.md": "A red fox.\n", ...files });
  const text = await readArtdesk(folder, args, env);
  const json = await runArtdesk(folder, [...args, "--json"], env);
  const document = JSON.parse(json.stdout) as { error?: ReportError; assets?: readonly GenerateAsset[] };
  expect({ name, code: text.code, jsonCode: json.code }).toEqual({ name, code, jsonCode: code });
  const errors = [document.error, ...(document.assets ?? []).map((asset) => asset.error)];
  expect(errors.some((error) => error !== undefined && error.message !== "")).toBe(true);
  expect(filesOutside(join(folder, "../.."))).toEqual([]);
  expect(filesBelow(folder).filter((path) => path.endsWith(".png"))).toEqual([]);
  const words = text.words.replaceAll(folder, "FOLDER");
  expect(words).not.toMatch(/^\s+at /m);
  expect(words.split("\n").length).toBeLessThan(12);
  return `${name}\n${words.trimEnd()}`;
}

/** Runs cases four at a time. */
async function runCases(cases: readonly Case[]): Promise<string> {
  const words: string[] = [];
  for (let start = 0; start < cases.length; start += 4) {
    words.push(...(await Promise.all(cases.slice(start, start + 4).map(runCase))));
  }
  return words.join("\n\n");
}

test("mistakes in artdesk.yml are told with their line", { timeout: 120_000 }, async () => {
  simulator.reset();
  const words = await runCases(CONFIG_CASES);
  expect(simulator.calls()).toEqual([]);
  expect(words).toMatchInlineSnapshot(`
    "unknown key
    ✗ artdesk.yml:2: \`budgett\` is not a known key. Did you mean \`budget\`?

    unknown key below
    ✗ artdesk.yml:2: \`budget.monthly\` is not a known key. Did you mean \`month\`?

    negative budget
    ✗ artdesk.yml:2: \`budget.month\` must not be negative.

    budget that is no number
    ✗ artdesk.yml:2: \`budget.month\` must be an amount in USD, such as 0.50, not the number NaN.

    absurd budget
    ✗ artdesk.yml:2: \`budget.month\` must be at most 1000000000 USD.

    absurd concurrency
    ✗ artdesk.yml:2: \`concurrency\` must be at most 64.

    another version
    ✗ artdesk.yml:1: \`version\` must be 1, not the number 2.

    unknown policy
    ✗ artdesk.yml:2: policy: "best" is not one of auto, quality, volume.

    unknown model
    ✗ artdesk.yml:2: models.draft: there is no model called "gpt-imag-2".
        Did you mean gpt-image-2?

    Nothing made, 1 failed. Spent $0.00.

    Contact sheet: .artdesk/contact-sheet.html

    unknown ledger
    ✗ artdesk.yml:2: \`ledger\` must be \`github\`, \`sqlite:PATH\`, or a \`redis://\` or \`postgres://\` URL.

    ledger that only the Action writes
    ✗ artdesk.yml:2: \`ledger: github\` can only be written by the GitHub Action.
        Name another ledger in artdesk.yml: sqlite:.artdesk/ledger.sqlite, or redis:// or postgres:// for both. Possibly billed calls are ended there by the action's \`mode: reconcile\`.

    ledger that does not answer
    ✗ The ledger at redis://127.0.0.1:1 is not available: connect ECONNREFUSED 127.0.0.1:1.
        Check that the server runs and that address, user and password are right; then run this again."
  `);
});

test("mistakes on the command line and around it are told with what to do", { timeout: 120_000 }, async () => {
  simulator.reset();
  const words = await runCases(COMMAND_CASES);
  expect(simulator.calls()).toEqual([]);
  expect(words).toMatchInlineSnapshot(`
    "amount
    ✗ --max-cost "abc" is not an amount in USD.
        Write for example --max-cost 2.50.

    negative amount
    ✗ --max-cost "-1" is not an amount in USD.
        Write for example --max-cost 2.50.

    provider
    ✗ Unknown provider "opnai".
        Did you mean openai?

    provider, far off
    ✗ Unknown provider "midjourney".
        Use one of: openai, gemini, fal, replicate, openrouter, openai-compatible, sketch.

    policy
    ✗ Unknown policy "qualty".
        Did you mean quality?

    command
    error: unknown command 'genrate'
    (Did you mean generate?)
    Run \`artdesk --help\` for the commands.

    option
    error: unknown option '--dry-run'
    Run \`artdesk --help\` for the commands.

    path
    ✗ \`nowhere.image.md\` does not exist.
        Name prompt files, folders or path patterns inside the workspace.

    Nothing made, 1 failed. Spent $0.00.

    Contact sheet: .artdesk/contact-sheet.html

    path outside
    ✗ \`../../x.image.md\` is outside the workspace.
        Name prompt files, folders or path patterns inside the workspace.

    Nothing made, 1 failed. Spent $0.00.

    Contact sheet: .artdesk/contact-sheet.html

    configuration
    ✗ The configuration nowhere.yml does not exist or is not a file.

    month
    ✗ Month "2026-99" is not of the form 2026-11.

    operation
    ✗ Unknown operation "draw".
        Use one of: generate, edit, upscale.

    reconcile without a cost
    ✗ \`reconcile\` wants an id (or --all) and what the provider charged for each.
        \`--cost 0.041\` counts what it cost, \`--cost 0\` says that it was not billed: the money is free, and the image will be made again. \`artdesk budget\` lists the ids.

    reconcile of nothing
    ✗ The ledger has no reservation some-id in the last twelve months.
        Check the id: the list of entries shows it.

    no key
    ✗ fox.image.md:1: No model that could do this has a key.
        Set OPENAI_API_KEY or GEMINI_API_KEY or FAL_KEY, or ask for sketch, a free placeholder.

    Nothing made, 1 failed. Spent $0.00.

    Contact sheet: .artdesk/contact-sheet.html
    ✗ fox  not made  [1/1]

    no key for the model
    ✗ fox.image.md:2: gpt-image-2 cannot do this: No key for OpenAI: set OPENAI_API_KEY.
        Change what the reason names, or leave out model to let the policy choose.

    Nothing made, 1 failed. Spent $0.00.

    Contact sheet: .artdesk/contact-sheet.html
    ✗ fox  not made  [1/1]

    corrupt ledger
    ✗ The ledger file FOLDER/.artdesk/ledger.sqlite is damaged or is not an SQLite database.
        Nothing was changed. Restore it from a backup, or move it away and lower the budgets by what the providers' statements say was spent this month."
  `);
});
