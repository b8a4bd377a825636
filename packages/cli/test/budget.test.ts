import type { GenerateReport } from "@artdesk/core/node";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeFolder, readArtdesk, runArtdesk, runArtdeskJson } from "./cli-process.ts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const CLIENT =
  "---\npurpose: client\naspect: 4:5\nresolution: 2K\ntags: { client: acme }\n---\nA ceramic coffee dripper.\n";
const DRAFT = "---\npurpose: draft\nsize: 1024x1024\ntags: { client: acme }\n---\nA rough idea of a kettle.\n";

/** One asset at a time, so that who comes first is certain. */
function workspace(budget: string, files: Readonly<Record<string, string>>): string {
  return makeFolder({ "artdesk.yml": `version: 1\nconcurrency: 1\nbudget: ${budget}\n`, ...files });
}

function failures(report: GenerateReport): string[] {
  return report.assets.flatMap(({ id, error }) =>
    error ? [`${id}: ${error.code}: ${error.message} ${error.hint}`] : [],
  );
}

function withoutMonth(text: string): string {
  return text.replaceAll(/\d{4}-\d{2}/g, "YYYY-MM");
}

test("a month's budget in the middle of a batch: what fits is made, the rest is reported with exact figures", async () => {
  const folder = workspace("{ month: 0.50 }", { "a.image.md": CLIENT, "b.image.md": CLIENT, "c.image.md": DRAFT });
  const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(code).toBe(3);
  expect(document.assets.map(({ id, status }) => `${id} ${status}`)).toEqual([
    "a generated",
    "b failed",
    "c generated",
  ]);
  expect(document.assets.map(({ model }) => model)).toEqual(["gemini-3-pro-image", undefined, "gpt-image-2.5-flare"]);
  const { totalMicroUsd, entries } = simulator.statement();
  expect(entries).toHaveLength(2);
  expect(totalMicroUsd).toBeLessThanOrEqual(500_000);
  expect(failures(document).map(withoutMonth)).toMatchInlineSnapshot(`
    [
      "b: budget_exceeded: month YYYY-MM: $0.363402 is left, and the cheapest premium offer, gemini-3-pro-image default at 1856x2304, may cost $0.380226. Raise budget.month by at least $0.016824, or let a policy rule set may_downgrade: true; without it this work is not done below premium.",
    ]
  `);
  const month = document.budget.find(({ scope }) => scope.startsWith("month:"));
  expect(month).toMatchObject({ spentMicroUsd: totalMicroUsd, leftMicroUsd: 500_000 - totalMicroUsd });

  const table = await readArtdesk(folder, ["budget"]);
  expect(table.code).toBe(0);
  expect(withoutMonth(table.words)).toMatchInlineSnapshot(`
    "budget                 limit      spent  reserved  unknown       left  images
    month YYYY-MM          $0.50  $0.142543     $0.00    $0.00  $0.357457       2
    client acme (YYYY-MM)   none  $0.142543     $0.00    $0.00          -       2
    "
  `);
  const { document: books } = await runArtdeskJson(folder, ["budget"]);
  expect(
    books.balances.map(({ scope, spentMicroUsd }) => ({
      scope: withoutMonth(scope),
      spentMicroUsd,
    })),
  ).toEqual([
    { scope: "month:YYYY-MM", spentMicroUsd: totalMicroUsd },
    { scope: "tag:YYYY-MM:client=acme", spentMicroUsd: totalMicroUsd },
  ]);
  const csv = await runArtdesk(folder, ["report", "--by", "client", "--csv"]);
  expect(csv.code).toBe(0);
  expect(csv.stdout.trimEnd().split(/\r?\n/)).toEqual([
    "client,images,attempts,refused,failed,unknown,cost_usd,possibly_billed_usd",
    `acme,2,2,0,0,0,${totalMicroUsd / 1_000_000},0`,
  ]);
});

test.each([
  { what: "the run's", args: ["--max-cost", "0.02"], budget: "{ month: 5 }", setting: "budget.run" },
  { what: "a tag's", args: [], budget: "{ tags: { client: { acme: 0.02 } } }", setting: "budget.tags.client.acme" },
])("$what budget never makes client work cheaper: it stops, drafts go on", async ({ args, budget, setting }) => {
  const folder = workspace(budget, { "a.image.md": CLIENT, "b.image.md": DRAFT });
  const { code, document } = await runArtdeskJson(folder, ["generate", ...args], simulator.env);
  expect(code).toBe(3);
  expect(document.assets.map(({ id, status }) => `${id} ${status}`)).toEqual(["a failed", "b generated"]);
  expect(failures(document)).toHaveLength(1);
  expect(failures(document)[0]).toContain("$0.02 is left");
  expect(failures(document)[0]).toContain(`Raise ${setting} by at least`);
  expect(simulator.statement().entries.map(({ model }) => model)).toEqual(["gpt-image-2.5-flare"]);
});

test("on_exceeded: stop takes no cheaper model", async () => {
  const work = "---\npurpose: docs\nsize: 1024x1024\n---\nA red fox.\n";
  const stopped = workspace("{ month: 0.008, on_exceeded: stop }", { "a.image.md": work });
  const { code, document } = await runArtdeskJson(stopped, ["generate"], simulator.env);
  expect(code).toBe(3);
  expect(failures(document)[0]).toContain("or set on_exceeded: downgrade");
  expect(simulator.calls()).toEqual([]);
  const cheaper = workspace("{ month: 0.008, on_exceeded: downgrade }", { "a.image.md": work });
  const downgraded = await runArtdeskJson(cheaper, ["generate"], simulator.env);
  expect(downgraded.code).toBe(0);
  expect(downgraded.document.warnings.join()).toContain("Budget: standard work is done with");
  expect(simulator.statement().totalMicroUsd).toBeLessThanOrEqual(8000);
});

test("warns when 80 % of a budget are used, also in the run that comes so far", async () => {
  // A model whose price is known before: what is set aside is nearly what is spent.
  const known = "---\nmodel: gpt-image-2\nquality: medium\n---\nA red kite over a field.\n";
  const folder = workspace("{ month: 0.12 }", { "a.image.md": known, "b.image.md": known });
  const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(code).toBe(0);
  const { totalMicroUsd } = simulator.statement();
  const percent = Math.floor((totalMicroUsd * 100) / 120_000);
  const left = ((120_000 - totalMicroUsd) / 1_000_000).toString();
  expect(document.warnings.filter((warning) => warning.startsWith("month "))).toEqual([
    expect.stringContaining(`: ${percent} % of $0.12 is used or reserved, $${left} is left.`),
  ]);
});

test("a possibly billed call stays counted until someone says what it cost", async () => {
  const folder = workspace("{ month: 5 }", { "a.image.md": DRAFT });
  simulator.faults([{ kind: "cut_before_headers", times: "always" }]);
  const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(code).toBe(1);
  expect(simulator.statement().entries).toHaveLength(1);
  expect(document.totals.possiblyBilledMicroUsd).toBeGreaterThanOrEqual(simulator.statement().totalMicroUsd);
  simulator.faults([]);
  const calls = simulator.calls().length;
  expect((await runArtdesk(folder, ["generate"], simulator.env)).code).toBe(1);
  expect(simulator.calls()).toHaveLength(calls);

  const books = await runArtdeskJson(folder, ["budget"]);
  expect(books.document.unknown).toHaveLength(1);
  const [entry] = books.document.unknown;
  const billed = simulator.statement().totalMicroUsd;
  const table = await readArtdesk(folder, ["budget"]);
  expect(table.words).toContain(`artdesk budget reconcile ID --cost USD`);
  const reconciled = await readArtdesk(folder, [
    "budget",
    "reconcile",
    entry?.id ?? "",
    "--cost",
    String(billed / 1_000_000),
  ]);
  expect(reconciled.code).toBe(0);
  const after = await runArtdeskJson(folder, ["budget"]);
  expect(after.document.unknown).toEqual([]);
  expect(after.document.balances[0]).toMatchObject({ spentMicroUsd: billed, unknownMicroUsd: 0, reservedMicroUsd: 0 });
  expect((await runArtdeskJson(folder, ["plan"], simulator.env)).document.totals.toMake).toBe(1);
});
