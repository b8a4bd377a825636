import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { builtInCatalogue } from "@artdesk/core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parse } from "yaml";
import { readInputs, type ActionInputs } from "../src/asked/inputs.ts";
import { KEY_INPUTS } from "../src/asked/key-inputs.ts";
import { secretForms } from "@artdesk/core/node";

let written: string[] = [];

beforeEach(() => {
  written = [];
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => written.push(String(chunk)) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

function read(inputs: Readonly<Record<string, string>>): ActionInputs {
  for (const [name, value] of Object.entries(inputs)) vi.stubEnv(`INPUT_${name.toUpperCase()}`, value);
  return readInputs();
}

const masked = (): string[] =>
  written.flatMap((chunk) =>
    [...chunk.matchAll(/^::add-mask::(.*)$/gm)].map((match) => decodeURIComponent(match[1] ?? "")),
  );

it("has the documented defaults", () => {
  expect(read({})).toEqual({
    mode: "plan",
    deliver: "none",
    prompts: [],
    config: undefined,
    policy: undefined,
    urgency: undefined,
    budgetMonthMicroUsd: undefined,
    budgetRunMicroUsd: undefined,
    keys: {},
    githubToken: "",
    comment: "auto",
    commentId: "default",
    ledger: undefined,
    shard: undefined,
    workingDirectory: ".",
    allowPullRequestTarget: false,
    allowEvents: [],
  });
});

it.each([
  ["openai-api-key", "OPENAI_API_KEY"],
  ["gemini-api-key", "GEMINI_API_KEY"],
  ["fal-key", "FAL_KEY"],
  ["replicate-api-token", "REPLICATE_API_TOKEN"],
  ["openrouter-api-key", "OPENROUTER_API_KEY"],
])("hands %s to core as %s, masked in each form", (input, variable) => {
  const secret = "key id:0123+456/789";
  expect(read({ [input]: secret }).keys).toEqual({ [variable]: secret });
  const raw = written.join("");
  for (const form of [secret, Buffer.from(secret).toString("base64")]) expect(masked()).toContain(form);
  expect(raw).toContain(encodeURIComponent(secret).replaceAll("%", "%25"));
  const declared: { inputs: object } = parse(readFileSync(resolve(import.meta.dirname, "../../../action.yml"), "utf8"));
  expect(Object.keys(declared.inputs)).toContain(input);
});

it("reads what is given", () => {
  const inputs = read({
    mode: "Generate",
    deliver: "pull-request",
    prompts: "docs/**/*.image.md\n\n  site/*.image.md ",
    "budget-month": "$10",
    "budget-run": "2.505",
    "openai-api-key": " sk-test-1234567890 ",
    shard: "2/4",
    "allow-pull-request-target": "true",
    "allow-events": "merge_group, workflow_run",
  });
  expect(inputs).toMatchObject({
    mode: "generate",
    deliver: "pull-request",
    prompts: ["docs/**/*.image.md", "site/*.image.md"],
    budgetMonthMicroUsd: 10_000_000,
    budgetRunMicroUsd: 2_505_000,
    keys: { OPENAI_API_KEY: "sk-test-1234567890" },
    shard: { index: 2, of: 4 },
    allowPullRequestTarget: true,
    allowEvents: ["merge_group", "workflow_run"],
  });
});

describe("names the input and what it takes", () => {
  it.each([
    [{ mode: "generte" }, "`mode`", 'Did you mean "generate"?'],
    [{ mode: "commit" }, "plan, check, generate", "`mode: generate` with `deliver: commit`"],
    [{ deliver: "pr" }, "commit, pull-request, artifact, none", "`deliver`"],
    [{ deliver: "pull_request" }, "`deliver`", 'Did you mean "pull-request"?'],
    [{ comment: "yes" }, "`comment`", "auto, always, never"],
    [{ "budget-month": "ten" }, "`budget-month`", "US dollars"],
    [{ "budget-run": "-1" }, "`budget-run`", "US dollars"],
    [{ "budget-run": "1e9" }, "`budget-run`", "US dollars"],
    [{ shard: "5/4" }, "`shard`", "2/4"],
    [{ shard: "0/4" }, "`shard`", "2/4"],
    [{ "comment-id": "a --> b" }, "`comment-id`", "letters"],
    [{ "comment-id": "a--b" }, "`comment-id`", "letters"],
    [{ "allow-pull-request-target": "yes" }, "`allow-pull-request-target`", "true, false"],
  ])("%j", (inputs, ...said) => {
    let message = "";
    try {
      read(inputs);
    } catch (error) {
      message = String(error);
    }
    for (const part of said) expect(message).toContain(part);
  });
});

describe("secrets", () => {
  const key = 'sk-te"st+/=?& 1234567890';

  it("are masked in every form before anything is checked", () => {
    expect(() => read({ "openai-api-key": key, "github-token": "ghs_abcdefghijklmnop", mode: "wrong" })).toThrow(
      "`mode`",
    );
    const forms = masked();
    for (const form of [
      key,
      Buffer.from(key).toString("base64"),
      Buffer.from(key).toString("base64url"),
      encodeURIComponent(key),
      JSON.stringify(key).slice(1, -1),
      Buffer.from("x-access-token:ghs_abcdefghijklmnop").toString("base64"),
    ]) {
      expect(forms).toContain(form);
    }
  });

  it.each(["", "a", "ab", "Bearer ", "user:"])("are found in base64 of a longer text that starts with %j", (prefix) => {
    const text = Buffer.from(`${prefix}${key}:more`).toString("base64");
    const inner = secretForms(key).filter((form) => form.length >= 20 && text.includes(form));
    expect(inner.length).toBeGreaterThan(0);
  });

  it("are each line of a secret of several lines, and nothing too short to be one", () => {
    expect(secretForms("first-line\nsecond-line")).toEqual(expect.arrayContaining(["first-line", "second-line"]));
    expect(secretForms("abc")).toEqual([]);
    expect(secretForms("")).toEqual([]);
  });
});

it("reads every input that action.yml lists, and no other", () => {
  const root = resolve(import.meta.dirname, "../../..");
  const listed = Object.keys(parse(readFileSync(resolve(root, "action.yml"), "utf8")).inputs);
  const source = readFileSync(resolve(import.meta.dirname, "../src/asked/inputs.ts"), "utf8");
  const asked = [...source.matchAll(/read(?:Choice|Text|Lines|Words|Usd|Secret)\("([a-z-]+)"/g)].map(
    (match) => match[1],
  );
  expect(new Set([...asked, ...Object.keys(KEY_INPUTS)])).toEqual(new Set(listed));
});

it.each(["normal", "low", "batch"])("takes urgency %s", (urgency) => {
  expect(read({ urgency }).urgency).toBe(urgency);
});

it("refuses an urgency that there is not, and says which there are", () => {
  expect(() => read({ urgency: "batsh" })).toThrow(/`urgency` is "batsh"; it takes normal, low, batch\./);
});

it("has an input for the key of every provider in the catalogue that has models", () => {
  const usable = new Set(builtInCatalogue.rows.map(({ provider }) => provider));
  const variables = [...builtInCatalogue.providers.values()].flatMap((provider) =>
    usable.has(provider.id) && provider.kind !== "local" ? [provider.auth.keyVariable] : [],
  );
  expect(Object.values(KEY_INPUTS).toSorted()).toEqual(variables.toSorted());
});
