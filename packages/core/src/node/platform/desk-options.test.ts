import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isArtdeskError } from "../../basics/errors.ts";
import { createNodeArtdesk } from "./create-node-artdesk.ts";

let cwd: string;
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), "artdesk-options-"));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** As a program in JavaScript calls it, without types. */
async function refusalOf(options: object): Promise<readonly string[]> {
  try {
    const desk = await createNodeArtdesk({ cwd, env: {}, ...options });
    await desk.close();
    return [];
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    expect(error.code).toBe("invalid_request");
    return error.issues;
  }
}

test.each<[object, string]>([
  [{ budget: { month: 0.01 } }, "budget.month: is not a limit. Did you mean monthMicroUsd?"],
  [{ budget: { run: 0.01 } }, "budget.run: is not a limit. Did you mean runMicroUsd?"],
  [{ budget: { image: 0.01 } }, "budget.image: is not a limit. Did you mean imageMicroUsd?"],
  [{ budget: { monthUsd: 5 } }, "budget.monthUsd: is not a limit. Did you mean monthMicroUsd?"],
  [{ budget: { month_limit: 5 } }, "budget.month_limit: is not a limit. Did you mean monthMicroUsd?"],
  [{ budget: { monthMicroUSD: 5 } }, "budget.monthMicroUSD: is not a limit. Did you mean monthMicroUsd?"],
  [{ budget: { client: { acme: 0.01 } } }, "budget.client: is not a limit. Did you mean tags: { client: ... }?"],
  [{ budget: { on_exceeded: "stop" } }, "budget.on_exceeded: is not a limit. Did you mean onExceeded?"],
  [{ budget: { warn_at: 50 } }, "budget.warn_at: is not a limit. Did you mean warnAtPercent?"],
  [
    { budget: { colour: 1 } },
    "budget.colour: is not a limit. Known limits: monthMicroUsd, runMicroUsd, imageMicroUsd, tags, onExceeded, warnAtPercent.",
  ],
  [
    { budget: { monthMicroUsd: 0.5 } },
    "budget.monthMicroUsd: 0.5 is not a whole number of micro-USD from 0 up (one dollar is 1000000).",
  ],
  [
    { budget: { runMicroUsd: -1 } },
    "budget.runMicroUsd: -1 is not a whole number of micro-USD from 0 up (one dollar is 1000000).",
  ],
  [
    { budget: { runMicroUsd: Number.NaN } },
    "budget.runMicroUsd: NaN is not a whole number of micro-USD from 0 up (one dollar is 1000000).",
  ],
  [
    { budget: { imageMicroUsd: "5" } },
    'budget.imageMicroUsd: "5" is not a whole number of micro-USD from 0 up (one dollar is 1000000).',
  ],
  [
    { budget: { tags: { client: { acme: 0.5 } } } },
    "budget.tags.client.acme: 0.5 is not a whole number of micro-USD from 0 up (one dollar is 1000000).",
  ],
  [
    { budget: { tags: { Client: { acme: 5 } } } },
    "budget.tags.Client: is not a tag that an image can carry. Did you mean client?",
  ],
  [{ budget: { tags: { client: { " ": 5 } } } }, "budget.tags.client. : must not be empty."],
  [{ budget: { onExceeded: "stopp" } }, 'budget.onExceeded: "stopp" is not one of downgrade, stop. Did you mean stop?'],
  [{ budget: 5 }, "budget: 5 is not a group of limits."],
  [{ providers: ["opanai"] }, 'providers.0: "opanai" is not a provider. Did you mean openai?'],
  [{ providers: "openai" }, 'providers: "openai" is not a list of providers.'],
  [{ budgets: {} }, "budgets: is not a key of the options of createNodeArtdesk. Did you mean budget?"],
  [{ provider: ["openai"] }, "provider: is not a key of the options of createNodeArtdesk. Did you mean providers?"],
])("%j is refused before anything starts", async (options, sentence) => {
  expect(await refusalOf(options)).toEqual([sentence]);
});

test("several mistakes are told at once", async () => {
  expect(await refusalOf({ budget: { month: 1, run: 1 }, providers: ["opanai"] })).toHaveLength(2);
});

test("right options are taken", async () => {
  expect(
    await refusalOf({
      budget: { monthMicroUsd: 0, tags: { client: { acme: 5, "*": 1 } }, onExceeded: "stop", warnAtPercent: 50 },
      providers: ["openai"],
    }),
  ).toEqual([]);
});

test.each<[string, object]>([
  ["month", { monthMicroUsd: 20_000 }],
  ["tag", { tags: { client: { "*": 20_000 } } }],
])("a limit per %s is kept on disk, so that the next process knows what was spent", async (_name, budget) => {
  const wish = {
    amountMicroUsd: 15_000,
    provider: "openai",
    model: "gpt-image-2",
    quality: "low",
    size: "1024x1024",
    images: 1,
    tags: { client: "acme" },
    subject: "a",
  };
  const first = await createNodeArtdesk({ cwd, env: {}, budget });
  await first.ledger.reserve([{ ...wish, id: "one" }]);
  await first.close();
  const second = await createNodeArtdesk({ cwd, env: {}, budget });
  await expect(second.ledger.reserve([{ ...wish, id: "two" }])).rejects.toMatchObject({ code: "budget_exceeded" });
  await second.close();
  expect(existsSync(join(cwd, ".artdesk/ledger.sqlite"))).toBe(true);
});

test("a limit per run needs no disk", async () => {
  const desk = await createNodeArtdesk({ cwd, env: {}, budget: { runMicroUsd: 20_000 } });
  await desk.ledger.sweep();
  await desk.close();
  expect(existsSync(join(cwd, ".artdesk"))).toBe(false);
});
