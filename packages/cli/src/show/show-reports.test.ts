import type { GenerateAsset, GenerateReport, PlanReport } from "@artdesk/core/node";
import pico from "picocolors";
import { expect, test } from "vitest";
import { showGenerate } from "./show-generate.ts";
import { showPlan } from "./show-plan.ts";

const colors = pico.createColors(false);

const month = {
  scope: "month:2026-11",
  label: "month 2026-11",
  limitMicroUsd: 25_000_000,
  spentMicroUsd: 646_284,
  reservedMicroUsd: 0,
  unknownMicroUsd: 0,
  images: 17,
  leftMicroUsd: 24_353_716,
};

const hero: GenerateAsset = {
  id: "docs/hero",
  file: "docs/hero.image.md",
  output: "docs/hero.png",
  outputs: ["docs/hero.png"],
  status: "generated",
  images: 1,
  model: "gpt-image-2.5-flare",
  quality: "medium",
  size: "1248x832",
  costMicroUsd: 9470,
  possiblyBilledMicroUsd: 0,
  reasons: ["Everyday work: a standard model is good enough.", "Lowest cost to a good image."],
  warnings: [],
  durationMs: 5140,
  purpose: "docs",
  prompt: "A desk.",
  tags: {},
  attempts: [],
  error: undefined,
};

const poster: GenerateAsset = {
  ...hero,
  id: "poster",
  status: "failed",
  images: 0,
  model: undefined,
  costMicroUsd: 0,
  possiblyBilledMicroUsd: 41_000,
  error: {
    code: "timeout",
    message: "No answer came in time.",
    hint: "Compare with the usage page.",
    file: "poster.image.md",
    line: 4,
    issues: [],
  },
};

test("a run: what was made, what failed where, what is left", () => {
  const report: GenerateReport = {
    run: "run-1",
    assets: [hero, poster],
    totals: {
      generated: 1,
      unchanged: 3,
      failed: 1,
      skipped: 0,
      submitted: 0,
      images: 1,
      costMicroUsd: 9470,
      possiblyBilledMicroUsd: 41_000,
    },
    budget: [month],
    recovered: [],
    contactSheet: ".artdesk/contact-sheet.html",
    warnings: ["docs/hero: gpt-image-1 was retired."],
  };
  expect(`\n${showGenerate(report, colors)}`).toMatchInlineSnapshot(`
    "
    asset      model                                    cost   time  why
    docs/hero  gpt-image-2.5-flare medium 1248x832  $0.00947  5.1 s  Everyday work: a standard model is good enough. Lowest cost to a
                                                                     good image.

    ✗ poster.image.md:4: No answer came in time.
        Compare with the usage page.

    ! docs/hero: gpt-image-1 was retired.

    1 made (1 image), 3 unchanged, 1 failed. Spent $0.00947.

    ! Possibly billed: $0.041 stays counted. Compare with the provider's usage page, then run:

    budget          limit      spent  reserved  unknown        left  images
    month 2026-11  $25.00  $0.646284     $0.00    $0.00  $24.353716      17

    Contact sheet: .artdesk/contact-sheet.html
    "
  `);
});

test("a plan: model, price, reasons; rejected offers are left to --json", () => {
  const report: PlanReport = {
    assets: [
      {
        id: "docs/hero",
        file: "docs/hero.image.md",
        output: "docs/hero.png",
        outputs: ["docs/hero.png"],
        status: "missing_output",
        why: "docs/hero.png does not exist.",
        purpose: "docs",
        prompt: "A desk.",
        tags: {},
        advice: [],
        decision: {
          offers: [
            {
              model: "gpt-image-2.5-flare",
              provider: "openai",
              quality: "medium",
              size: "1248x832",
              tier: "standard",
              count: 2,
              estimateMicroUsd: 18_940,
              worstCaseMicroUsd: 22_990,
              reasons: ["Everyday work: a standard model is good enough."],
            },
          ],
          rejected: [{ model: "unwanted", quality: "default", size: "1K", reason: "Too dear." }],
          requiredTier: "standard",
          warnings: [],
        },
        error: undefined,
      },
    ],
    totals: {
      assets: 4,
      toMake: 1,
      images: 2,
      unchanged: 3,
      invalid: 0,
      blocked: 0,
      estimateMicroUsd: 18_940,
      worstCaseMicroUsd: 22_990,
    },
    budget: [month],
    orphans: [".artdesk/lock/gone.json"],
    warnings: [],
  };
  const text = showPlan(report, colors);
  expect(text).not.toContain("unwanted");
  expect(`\n${text}`).toMatchInlineSnapshot(`
    "
    asset      status          model                                    about   at most  why
    docs/hero  missing output  gpt-image-2.5-flare medium 1248x832   $0.01894  $0.02299  Everyday work: a standard model is good enough.
                               x 2

    ! .artdesk/lock/gone.json: its prompt file is gone; delete the lock entry.

    1 of 4 assets to make (2 images), about $0.01894, at most $0.02299; 3 unchanged.

    budget          limit      spent  reserved  unknown        left  images
    month 2026-11  $25.00  $0.646284     $0.00    $0.00  $24.353716      17
    "
  `);
});
