// Runs n8n's own check for verified community nodes over a folder: `node scan-command.mts FOLDER PATTERN...`. Prints JSON.
import { ESLint } from "eslint";

/** What the scanner's module gives; it has no types. */
interface Scanner {
  analyzePackage(folder: string, patterns: string[]): Promise<{ passed: boolean; details?: string }>;
  buildScanConfig(): Promise<ESLint.Options["overrideConfig"]>;
}

const [folder = "", ...patterns] = process.argv.slice(2);
const scannerModule: string = "@n8n/scan-community-package/scanner/scanner.mjs";
const scanner = (await import(scannerModule)) as Scanner;
const scan = await scanner.analyzePackage(folder, patterns);
// The scan itself passes over warnings: so its rules are run once more, and every message counts.
const eslint = new ESLint({
  cwd: folder,
  allowInlineConfig: false,
  overrideConfigFile: true,
  overrideConfig: await scanner.buildScanConfig(),
});
const results = await eslint.lintFiles(patterns);
const findings = results.flatMap(({ filePath, messages }) =>
  messages.map(({ line, message, ruleId }) => `${filePath}:${line} ${ruleId ?? "syntax"} ${message}`),
);
console.log(JSON.stringify({ passed: scan.passed, files: results.length, findings }));
