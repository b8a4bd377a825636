import { describe, expect, it } from "vitest";
import { writeCsv } from "./csv.ts";
import type { LedgerEntry } from "./ledger-types.ts";
import { reportCsv, reportEntries } from "./spending-report.ts";

const NOON_MS = Date.UTC(2026, 10, 23, 12);

function entry(id: string, changes: Partial<LedgerEntry>): LedgerEntry {
  return {
    id,
    state: "settled",
    atMs: NOON_MS,
    month: "2026-11",
    run: "run",
    provider: "openai",
    model: "openai/gpt-image-2",
    quality: "medium",
    size: "1024x1024",
    subject: "hero.png",
    tags: { client: "acme" },
    images: 1,
    microUsd: 53_000,
    tableMicroUsd: 53_000,
    outcome: "delivered",
    reason: undefined,
    requestId: undefined,
    ...changes,
  };
}

const entries = [
  entry("a", {}),
  entry("b", { images: 0, microUsd: 1_200, outcome: "refused", tags: { client: "beta", campaign: "spring" } }),
  entry("c", { images: 0, microUsd: 0, state: "released", outcome: "failed" }),
  entry("d", { images: 0, microUsd: 134_000, state: "unknown", outcome: "unknown", model: "gemini/x", tags: {} }),
  entry("e", { images: 2, microUsd: 60_000, outcome: "partial", atMs: NOON_MS + 86_400_000 }),
  entry("held", { state: "held", outcome: undefined, images: 0 }),
  entry("in flight", { state: "in_flight", outcome: undefined, images: 0 }),
  entry("never sent", { state: "released", outcome: undefined, images: 0, microUsd: 0, reason: "expired" }),
  entry("lost", { state: "unknown", outcome: undefined, images: 0, microUsd: 7, reason: "run ended" }),
];

describe("reportEntries", () => {
  it("counts what a call that was cut off did cost, once a person has said so", () => {
    const reconciled = entry("lost", { outcome: undefined, images: 0, microUsd: 33_604, reason: "reconciled" });
    expect(reportEntries([reconciled, entry("a", {})], "asset")).toMatchObject([
      { key: "hero.png", attempts: 2, images: 1, costMicroUsd: 86_604, unknown: 0 },
    ]);
  });

  it("sums by a tag, dearest first, and keeps what has no tag", () => {
    expect(reportEntries(entries, "client")).toEqual([
      {
        key: "acme",
        images: 3,
        attempts: 4,
        refused: 0,
        failed: 1,
        unknown: 1,
        costMicroUsd: 113_000,
        possiblyBilledMicroUsd: 7,
      },
      {
        key: "beta",
        images: 0,
        attempts: 1,
        refused: 1,
        failed: 0,
        unknown: 0,
        costMicroUsd: 1_200,
        possiblyBilledMicroUsd: 0,
      },
      {
        key: "(none)",
        images: 0,
        attempts: 1,
        refused: 0,
        failed: 0,
        unknown: 1,
        costMicroUsd: 0,
        possiblyBilledMicroUsd: 134_000,
      },
    ]);
  });

  it.each(["client", "campaign", "model", "day", "constructor"])("loses no money by %s", (by) => {
    const rows = reportEntries(entries, by);
    expect(rows.reduce((sum, row) => sum + row.costMicroUsd, 0)).toBe(114_200);
    expect(rows.reduce((sum, row) => sum + row.possiblyBilledMicroUsd, 0)).toBe(134_007);
    expect(rows.reduce((sum, row) => sum + row.images, 0)).toBe(3);
  });

  it("orders days by date, in UTC", () => {
    const days = reportEntries([...entries, entry("late", { atMs: Date.UTC(2026, 10, 22, 23, 59, 59) })], "day");
    expect(days.map(({ key }) => key)).toEqual(["2026-11-22", "2026-11-23", "2026-11-24"]);
  });
});

describe("reportCsv", () => {
  it("writes dollars as numbers", () => {
    expect(reportCsv(reportEntries(entries, "campaign"), "campaign")).toBe(
      "campaign,images,attempts,refused,failed,unknown,cost_usd,possibly_billed_usd\r\n" +
        "(none),3,5,0,1,2,0.113,0.134007\r\n" +
        "spring,0,1,1,0,0,0.0012,0\r\n",
    );
  });

  it("quotes what has to be quoted and disarms formulas", () => {
    expect(
      writeCsv(
        ["name", "figure"],
        [
          ['=HYPERLINK("http://x";"y")', -1],
          ["+1", 0.000001],
          ["-1", 12_345_678.5],
          ["@SUM(A1)", 0],
          ["\tx", 0],
          ["\rx", 0],
          ["plain, with comma", 0],
          ["two\nlines", 0],
          ["a-b=c", 0],
        ],
      ),
    ).toBe(
      [
        "name,figure",
        `"'=HYPERLINK(""http://x"";""y"")",-1`,
        "'+1,0.000001",
        "'-1,12345678.5",
        "'@SUM(A1),0",
        "'\tx,0",
        `"'\rx",0`,
        `"plain, with comma",0`,
        `"two\nlines",0`,
        "a-b=c,0",
        "",
      ].join("\r\n"),
    );
  });
});
