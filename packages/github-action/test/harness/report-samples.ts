import type { ReportAsset, ReportModel } from "../../src/tell/report-model.ts";

const SHA = "0123456789abcdef0123456789abcdef01234567";

/** An asset with everything at its plainest. */
export function sampleAsset(id: string, fields: Partial<ReportAsset> = {}): ReportAsset {
  return {
    id,
    promptFile: `docs/${id}.image.md`,
    output: `docs/${id}.png`,
    state: "stale",
    model: "gpt-image-2",
    quality: "medium",
    size: "1024x1024",
    estimateMicroUsd: 53_000,
    worstCaseMicroUsd: 70_000,
    costMicroUsd: undefined,
    reasons: ["docs work needs standard quality", "cheapest offer that qualifies"],
    rejected: [],
    problem: undefined,
    beforeUrl: undefined,
    afterUrl: undefined,
    ...fields,
  };
}

/** A report with nothing but these assets. */
export function sampleReport(
  mode: ReportModel["mode"],
  assets: readonly ReportAsset[],
  fields: Partial<ReportModel> = {},
): ReportModel {
  return {
    mode,
    onPullRequest: true,
    assets,
    budgets: [{ label: "month 2026-11", limitMicroUsd: 10_000_000, leftMicroUsd: 9_300_000 }],
    budgetStop: undefined,
    notes: [],
    commit: undefined,
    pullRequest: undefined,
    runUrl: "https://github.com/octocat/demo/actions/runs/1",
    ...fields,
  };
}

const unchanged = (id: string): ReportAsset =>
  sampleAsset(id, { state: "unchanged", estimateMicroUsd: undefined, worstCaseMicroUsd: undefined });
const rejected = [
  {
    model: "gemini-3-pro-image",
    quality: "",
    size: "1024x1024",
    reason: "costs more and docs work does not need premium",
  },
  { model: "fal-fast", quality: "standard", size: "1024x1024", reason: "key missing (FAL_KEY)" },
];
const url = (path: string): string => `https://raw.githubusercontent.com/octocat/demo/${SHA}/${path}`;

/** Texts that try to become markup, links, mentions or hidden characters. */
export const HOSTILE_TEXTS = [
  "| a | b |\n|---|---|\n| c | d |",
  "`code` **bold** _it_ ~~s~~ [link](https://evil.example) ![img](https://evil.example/x.png)",
  "<img src=x onerror=alert(1)><script>alert(1)</script><a href='javascript:alert(1)'>x</a></details>",
  "--> <!-- artdesk:default --> <!-- hidden",
  "@octocat @org/team see #1, GH-2, octocat/demo#3 and https://evil.example www.evil.example a@evil.example",
  "\u202Eevil\u2066 zero\u200Bwidth \u0007bell \u{E0041}tag",
  "&lt;b&gt; &#64;octocat &amp; \\| \\` $x$ :tada:",
  "1. one\n2. two",
  "\r\n# heading\r\n> quote\r\n- [ ] task\r\n***\r\n",
] as const;

function hostile(): ReportAsset[] {
  return HOSTILE_TEXTS.map((text, index) =>
    sampleAsset(text, {
      state: index % 2 === 0 ? "stale" : "failed",
      promptFile: text,
      output: text,
      model: text,
      quality: text,
      size: text,
      reasons: [text],
      rejected: [{ model: text, quality: text, size: text, reason: text }],
      problem: { message: text, hint: text, line: 3 },
      beforeUrl: index % 3 === 0 ? "javascript:alert(1)" : `https://evil.example/"><script>x</script>`,
      afterUrl: "data:image/png;base64,AAAA",
    }),
  );
}

/** The reports that stand as golden files. */
export const SAMPLE_REPORTS: Readonly<Record<string, ReportModel>> = {
  plan: sampleReport("plan", [
    sampleAsset("hero", { rejected, beforeUrl: url("docs/hero.png") }),
    sampleAsset("diagram", { quality: "low", estimateMicroUsd: 6_000, worstCaseMicroUsd: 9_000 }),
    sampleAsset("poster", {
      model: "gemini-3-pro-image",
      quality: "",
      estimateMicroUsd: 134_000,
      worstCaseMicroUsd: 134_000,
    }),
    unchanged("logo"),
    unchanged("banner"),
  ]),
  "plan-without-key": sampleReport("plan", [sampleAsset("hero")], {
    budgets: [],
    notes: ["This run only plans: pull requests from forks get no keys and a token that may not write."],
  }),
  generated: sampleReport(
    "generate",
    [
      sampleAsset("hero", {
        state: "generated",
        costMicroUsd: 41_230,
        beforeUrl: url("docs/hero.png"),
        afterUrl: url("docs/hero-2.png"),
        rejected,
      }),
      sampleAsset("diagram", { state: "generated", costMicroUsd: 6_100, afterUrl: url("docs/diagram.png") }),
      unchanged("logo"),
    ],
    { commit: { sha: SHA, url: `https://github.com/octocat/demo/commit/${SHA}` } },
  ),
  "made-earlier": sampleReport("generate", [
    sampleAsset("hero", {
      state: "made_earlier",
      costMicroUsd: 41_230,
      beforeUrl: url("docs/hero.png"),
      afterUrl: url("docs/hero-2.png"),
    }),
    unchanged("logo"),
  ]),
  "nothing-to-do": sampleReport("plan", [unchanged("logo"), unchanged("banner")]),
  "no-prompt-files": sampleReport("plan", []),
  stale: sampleReport("check", [sampleAsset("hero"), unchanged("logo")]),
  "budget-stop": sampleReport(
    "generate",
    [
      sampleAsset("hero", { state: "generated", costMicroUsd: 211_000 }),
      sampleAsset("poster", {
        state: "skipped",
        reasons: ["the budget of month 2026-11 has $0.08 left; this needs up to $0.22"],
      }),
      sampleAsset("flyer", {
        state: "skipped",
        reasons: ["the budget of month 2026-11 has $0.08 left; this needs up to $0.22"],
      }),
    ],
    {
      budgets: [{ label: "month 2026-11", limitMicroUsd: 10_000_000, leftMicroUsd: 80_000 }],
      budgetStop: "month 2026-11 has $0.08 left of $10.00 and poster needs up to $0.22.",
    },
  ),
  failures: sampleReport("generate", [
    sampleAsset("hero", { state: "generated", costMicroUsd: 41_000 }),
    sampleAsset("crowd", {
      state: "failed",
      costMicroUsd: 0,
      problem: {
        message: "OpenAI refused the prompt (moderation).",
        hint: "Change the prompt; nothing was charged.",
        line: undefined,
      },
    }),
    sampleAsset("typo", {
      state: "invalid",
      model: undefined,
      problem: { message: 'Unknown key "porpose".', hint: 'Did you mean "purpose"?', line: 3 },
    }),
  ]),
  "four-hundred": sampleReport("plan", [
    ...Array.from({ length: 400 }, (_, index) =>
      sampleAsset(`image-${index}`, { rejected, beforeUrl: url(`docs/image-${index}.png`) }),
    ),
    sampleAsset("broken", {
      state: "invalid",
      problem: { message: "No prompt below the front matter.", hint: "Write it.", line: 5 },
    }),
  ]),
  hostile: sampleReport("generate", hostile(), { notes: [...HOSTILE_TEXTS], budgetStop: HOSTILE_TEXTS[2] }),
};
