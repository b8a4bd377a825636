import { expect, test } from "vitest";
import { catalogueRows } from "../../models/rows/catalogue-rows.ts";
import { readYaml } from "../../node/files/read-yaml.ts";
import { parseConfig } from "./config.ts";
import { withReviewedMoney } from "./reviewed-money.ts";

const config = (text: string) => parseConfig({ file: "artdesk.yml", text: `version: 1\n${text}`, readYaml });
const merged = (wanted: string, reviewed: string) => withReviewedMoney(config(wanted), config(reviewed), catalogueRows);

test.each<[string, string, object, string[]]>([
  ["prices: {gpt-image-2: 0}", "", {}, ["prices.gpt-image-2"]],
  ["prices: {gpt-image-2: 0.000001}", "", {}, ["prices.gpt-image-2"]],
  ["prices: {gpt-image-2: 0.01}", "prices: {gpt-image-2: 0.05}", { "gpt-image-2": 0.05 }, ["prices.gpt-image-2"]],
  ["prices: {gpt-image-2: 0.09}", "prices: {gpt-image-2: 0.05}", { "gpt-image-2": 0.09 }, []],
  ["prices: {gpt-image-2: 0.05}", "prices: {gpt-image-2: 0.05}", { "gpt-image-2": 0.05 }, []],
  ["", "prices: {gpt-image-2: 0.05}", { "gpt-image-2": 0.05 }, ["prices.gpt-image-2"]],
  [
    "prices: {gpt-image-2: {image: 0.09, quality: {low: 0}}}",
    "prices: {gpt-image-2: 0.05}",
    { "gpt-image-2": 0.05 },
    ["prices.gpt-image-2"],
  ],
])("prices %j over %j count as %j", (wanted, reviewed, prices, ignored) => {
  const result = merged(wanted, reviewed);
  expect(result.config.prices).toEqual(prices);
  expect(result.ignored).toEqual(ignored);
});

test.each<[string, string, object]>([
  ["budget: {month: 100}", "budget: {month: 5}", { monthMicroUsd: 5_000_000 }],
  ["budget: {month: 1}", "budget: {month: 5}", { monthMicroUsd: 1_000_000 }],
  [
    "",
    "budget: {month: 5, run: 1, image: 0.5}",
    { monthMicroUsd: 5_000_000, runMicroUsd: 1_000_000, imageMicroUsd: 500_000 },
  ],
  ["budget: {run: 2}", "", { runMicroUsd: 2_000_000 }],
  ["budget: {on_exceeded: downgrade}", "budget: {on_exceeded: stop}", { onExceeded: "stop" }],
])("budget %j over %j is %j", (wanted, reviewed, budget) => {
  expect(merged(wanted, reviewed).config.budget).toMatchObject(budget);
});

test("limits per tag only shrink, whatever the spelling, and none goes away", () => {
  const reviewed = 'budget: {tags: {client: {acme: 5, "*": 1}}}';
  expect(merged('budget: {tags: {client: {Acme: 50, beta: 9, "*": 20}}}', reviewed).config.budget.tags).toEqual({
    client: { Acme: 5_000_000, beta: 1_000_000, "*": 1_000_000, acme: 5_000_000 },
  });
  expect(merged("", reviewed).config.budget.tags).toEqual({ client: { acme: 5_000_000, "*": 1_000_000 } });
  expect(merged("budget: {tags: {campaign: {spring: 1}}}", "").config.budget.tags).toEqual({
    campaign: { spring: 1_000_000 },
  });
});

test("models of one's own wait for a review", () => {
  const row = (price: number): string =>
    `catalogue: [{id: mine, provider: openai, like: gpt-image-2, price: ${price}}]`;
  expect(merged(row(0), "")).toMatchObject({ config: { catalogue: [] }, ignored: ["catalogue.mine"] });
  expect(merged(row(0), row(0.05))).toMatchObject({ config: { catalogue: [{ price: 0.05 }] } });
  expect(merged(row(0.05), row(0.05))).toMatchObject({ config: { catalogue: [{ price: 0.05 }] }, ignored: [] });
});
