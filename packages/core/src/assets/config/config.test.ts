import { expect, test } from "vitest";
import { isArtdeskError } from "../../basics/errors.ts";
import { readYaml } from "../../node/files/read-yaml.ts";
import { parseConfig, policyInput } from "./config.ts";

const parse = (text: string) => parseConfig({ file: "artdesk.yml", text, readYaml });

function mistakes(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (isArtdeskError(error)) return [error.message, ...error.issues];
    throw error;
  }
  return [];
}

test("money becomes exact micro-USD; the rest gets defaults", () => {
  const { lineOf, ...config } = parse(`version: 1
budget:
  month: 25
  run: 0.1
  image: 0.000001
  tags: { client: { acme: 1.005, "*": 2 } }
  on_exceeded: stop
  warn_at: 90
`);
  expect(config).toEqual({
    file: "artdesk.yml",
    prompts: ["**/*.image.md"],
    policy: undefined,
    budget: {
      monthMicroUsd: 25_000_000,
      runMicroUsd: 100_000,
      imageMicroUsd: 1,
      tags: { client: { acme: 1_005_000, "*": 2_000_000 } },
      onExceeded: "stop",
      warnAtPercent: 90,
    },
    volume: {},
    style: "",
    models: {},
    ledger: undefined,
    baseUrls: {},
    connections: {},
    prices: {},
    catalogue: [],
    concurrency: 8,
    isConcurrencySet: false,
    terms: { limits: {}, cheapHours: {}, batchDiscounts: {} },
    urgency: undefined,
    verify: undefined,
  });
  expect(lineOf(["budget", "image"])).toBe(5);
  expect(lineOf(["budget", "nothing"])).toBe(2);
  expect(lineOf(["nothing"])).toBe(1);
});

test("the policy goes on unread, with volume and models beside it", () => {
  const config = parse(`version: 1
policy: { preset: volume, models: { draft: a } }
volume: { cheapest_below: 50, free_allowance: { b: 100 } }
models: { premium: c }
`);
  expect(policyInput(config)).toEqual({
    preset: "volume",
    models: { draft: "a" },
    volume: { cheapest_below: 50 },
    free_allowance: { b: 100 },
  });
  expect(policyInput(parse("version: 1\npolicy: quality"))).toEqual({ preset: "quality", volume: {}, models: {} });
  expect(policyInput(parse("version: 1\npolicy: [x]"))).toEqual(["x"]);
});

test("every mistake is listed with its line", () => {
  expect(
    mistakes(`version: 2
budget: { month: .nan, run: -1, image: 1e12, tags: { client: { acme: 0.0000001 } }, warn_at: 200 }
ledgr: x
ledger: mysql://x
providers: { openai: { base_url: "http://example.com" }, gemini: { base_url: "https://user:pw@example.com" } }
prompts: ["../x", "a[b]"]
concurrency: 0
`),
  ).toMatchInlineSnapshot(`
    [
      "artdesk.yml:1: \`version\` must be 1, not the number 2.",
      "artdesk.yml:2: \`budget.month\` must be an amount in USD, such as 0.50, not the number NaN.",
      "artdesk.yml:2: \`budget.run\` must not be negative.",
      "artdesk.yml:2: \`budget.image\` must be at most 1000000000 USD.",
      "artdesk.yml:2: \`budget.tags.client.acme\` must be whole micro-USD: at most six decimals.",
      "artdesk.yml:2: \`budget.warn_at\` must be at most 100.",
      "artdesk.yml:3: \`ledgr\` is not a known key. Did you mean \`ledger\`?",
      "artdesk.yml:4: \`ledger\` must be \`github\`, \`sqlite:PATH\`, or a \`redis://\` or \`postgres://\` URL.",
      "artdesk.yml:5: \`providers.openai.base_url\` must start with https:// (http:// only for this machine).",
      "artdesk.yml:5: \`providers.gemini.base_url\` must not contain a user name or password.",
      "artdesk.yml:6: \`prompts[0]\` must stay inside the workspace: relative, without \`..\`.",
      "artdesk.yml:6: \`prompts[1]\` may use \`*\`, \`**\`, \`?\` and \`{a,b}\` only.",
      "artdesk.yml:7: \`concurrency\` must be at least 1.",
    ]
  `);
});

test("an empty file lacks its version", () => {
  expect(mistakes("")).toEqual(["artdesk.yml:1: `version` is missing."]);
});

test("base URLs on this machine may be plain http", () => {
  const urls = parse(
    "version: 1\nproviders: {openai: {base_url: 'http://127.0.0.1:4010/v1'}, fal: {base_url: 'http://localhost:1'}}",
  ).baseUrls;
  expect(urls).toEqual({ openai: "http://127.0.0.1:4010/v1", fal: "http://localhost:1" });
});

test("a limit for a tag that no image can carry is refused", () => {
  const read = (value: unknown): unknown =>
    parseConfig({ file: "artdesk.yml", text: "x", readYaml: () => ({ value, lineOf: () => 3 }) });
  const limit = (name: string): unknown => ({ version: 1, budget: { tags: { [name]: { acme: 1 } } } });
  for (const [name, meant] of [
    ["Client", "client"],
    ["CLIENT", "client"],
    ["my client", "my-client"],
  ] as const) {
    expect(() => read(limit(name))).toThrow(`Did you mean \`${meant}\`?`);
  }
  expect(() => read(limit("9lives"))).toThrow("is not a tag that an image can carry");
  expect(() => read(limit("client"))).not.toThrow();
});
