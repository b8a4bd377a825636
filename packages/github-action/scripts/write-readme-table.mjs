// Writes the tables of inputs and outputs into README.md from action.yml. `--check` only compares.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const readme = join(folder, "README.md");
const { inputs, outputs } = parse(readFileSync(join(folder, "../../action.yml"), "utf8"));

const cell = (text) => text.trim().replace(/\s+/g, " ").replaceAll("|", "\\|");
const row = (...cells) => `| ${cells.join(" | ")} |`;
const shown = (value) => (value === "" || value === undefined ? "" : `\`${value}\``);

const tables = {
  inputs: [
    row("Input", "Meaning", "Default"),
    row("---", "---", "---"),
    ...Object.entries(inputs).map(([name, input]) => row(`\`${name}\``, cell(input.description), shown(input.default))),
  ],
  outputs: [
    row("Output", "Meaning"),
    row("---", "---"),
    ...Object.entries(outputs).map(([name, output]) => row(`\`${name}\``, cell(output.description))),
  ],
};

const before = readFileSync(readme, "utf8");
let after = before;
for (const [name, lines] of Object.entries(tables)) {
  const block = new RegExp(`(<!-- ${name}:start -->\n)[\\s\\S]*?(<!-- ${name}:end -->)`);
  if (!block.test(after)) throw new Error(`README.md has no place for the table of ${name}.`);
  after = after.replace(block, (_, start, end) => `${start}${lines.join("\n")}\n${end}`);
}

if (process.argv.includes("--check")) {
  if (after !== before) {
    console.error(
      "README.md is not what action.yml says. Run: node packages/github-action/scripts/write-readme-table.mjs",
    );
    process.exit(1);
  }
} else writeFileSync(readme, after);
