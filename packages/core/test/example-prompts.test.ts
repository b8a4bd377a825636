import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { policyInput } from "../src/assets/config/config.ts";
import { splitFrontMatter } from "../src/assets/prompts/front-matter.ts";
import { parsePolicy } from "../src/decide/policy/parse-policy.ts";
import { parseRequest } from "../src/decide/request/request.ts";
import { readYaml } from "../src/node/files/read-yaml.ts";
import { findPromptFiles } from "../src/node/workspace/find-prompt-files.ts";
import { openWorkspace } from "../src/node/workspace/workspace.ts";

const root = fileURLToPath(new URL("../../../examples/prompts", import.meta.url));
const schemas = fileURLToPath(new URL("../../../schemas", import.meta.url));

test("every example parses, to requests that the core takes", async () => {
  const workspace = await openWorkspace({ cwd: root });
  const { assets, problems } = await workspace.listAssets();
  expect(problems).toEqual([]);
  expect(parsePolicy(policyInput(workspace.config)).preset).toBe("auto");
  expect(assets.map(({ id }) => id)).toEqual([
    "docs/hero",
    "docs/how-it-works",
    "docs/lighthouse-cutaway@day",
    "docs/lighthouse-cutaway@night",
    "events/stage-banner",
    "ideas/backup-header",
    "ideas/winter-moods",
    "print/tea-tin",
    "product/icons#tool=kettle",
    "product/icons#tool=grinder",
    "product/icons#tool=scale",
    "product/icons#tool=filter",
    "product/pour-over",
    "social/spring-sale",
  ]);
  for (const { request } of assets) expect(parseRequest(request).prompt).toBe(request.prompt);
});

test("the schemas for editors accept the examples and refuse a mistake", () => {
  const compile = (name: string): ((value: unknown) => boolean) =>
    new Ajv({ strict: false, unicodeRegExp: true }).compile(JSON.parse(readFileSync(join(schemas, name), "utf8")));
  const isPrompt = compile("prompt-file.schema.json");
  const { files } = findPromptFiles({ root, patterns: ["**/*.image.md"] });
  const refused = files.filter((file) => {
    const { yaml = "", yamlLine } = splitFrontMatter({ file, text: readFileSync(join(root, file), "utf8") });
    return !isPrompt(readYaml(yaml, file, yamlLine).value);
  });
  expect(files).toHaveLength(10);
  expect(refused).toEqual([]);
  expect([{ sise: "1x1" }, { purpose: "clients" }, { count: 11 }, { text: "SALE" }].filter(isPrompt)).toEqual([]);
  const isConfig = compile("artdesk.schema.json");
  expect(isConfig(readYaml(readFileSync(join(root, "artdesk.yml"), "utf8"), "artdesk.yml", 1).value)).toBe(true);
  expect([{}, { version: 2 }, { version: 1, ledger: "mysql://x" }].filter(isConfig)).toEqual([]);
});
