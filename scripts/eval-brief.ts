// Prints how well writing in prompts is found: precision, recall, F1 and every miss. Usage: pnpm eval:brief [FOLDER]
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readBrief } from "../packages/core/src/decide/brief/read-brief.ts";
import { parseRequest } from "../packages/core/src/decide/request/request.ts";

interface LabelledPrompt {
  id: string;
  prompt: string;
  wanted: boolean;
}

interface PromptRow {
  id: string;
  prompt: string;
  tag?: string;
  textInImage?: boolean;
  facets?: { text: boolean };
}

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folder = process.argv[2] ?? join(process.env["ARTDESK_SHARED"] ?? join(root, "..", "shared"), "prompts");
if (!existsSync(folder)) {
  print(`skipped: no folder ${folder}. Give the folder of the labelled prompts as argument.`);
  process.exit(0);
}

report(
  'PartiPrompts, label "Writing & Symbols"',
  readRows("parti.jsonl", (row) => row.textInImage),
);
report(
  "own marketing and docs prompts",
  readRows("own-marketing-docs.jsonl", (row) => row.facets?.text),
);
report(
  "DSG, label drawtext (other rows may hold writing too)",
  readRows("dsg.jsonl", (row) => row.tag === "drawtext"),
);
measureTime();

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function readRows(file: string, label: (row: PromptRow) => boolean | undefined): LabelledPrompt[] {
  const rows: PromptRow[] = readFileSync(join(folder, file), "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): PromptRow => JSON.parse(line));
  return rows.map((row) => ({ id: row.id, prompt: row.prompt, wanted: label(row) ?? false }));
}

function report(title: string, rows: readonly LabelledPrompt[]): void {
  let hits = 0;
  const wrong: string[] = [];
  for (const row of rows) {
    const brief = readBrief(parseRequest({ prompt: row.prompt }));
    if (brief.rendersText && row.wanted) hits += 1;
    if (brief.rendersText === row.wanted) continue;
    wrong.push(
      `  ${row.wanted ? "missed" : "extra "} ${row.id}: ${row.prompt.slice(0, 150)} [${brief.evidence.text ?? ""}]`,
    );
  }
  const missed = wrong.filter((line) => line.startsWith("  missed")).length;
  const extra = wrong.length - missed;
  const precision = hits / (hits + extra);
  const recall = hits / (hits + missed);
  const f1 = (2 * hits) / (2 * hits + missed + extra);
  print(`${title}: ${rows.length} prompts, ${hits + missed} with writing`);
  print(`  precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}, F1 ${f1.toFixed(3)}`);
  for (const line of wrong) print(line);
}

function measureTime(): void {
  const requests = readRows("parti.jsonl", () => false).map((row) => parseRequest({ prompt: row.prompt }));
  let fastest = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 30; round += 1) {
    const startMs = performance.now();
    for (const request of requests) readBrief(request);
    fastest = Math.min(fastest, (performance.now() - startMs) / requests.length);
  }
  print(`readBrief: ${(fastest * 1000).toFixed(2)} microseconds per PartiPrompts prompt (best of 30 rounds)`);
}
