// Adds up vitest's JSON reports in a folder, names what failed, and prints the closing line of a CI run.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";

const folder = process.argv[2];
const totals = { passed: 0, failed: 0, skipped: 0 };
const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
const firstLines = (text) => (text ?? "no message").split("\n").slice(0, 4).join("\n    ");
for (const file of files) {
  const report = JSON.parse(readFileSync(join(folder, file), "utf8"));
  totals.passed += report.numPassedTests;
  totals.failed += report.numFailedTests;
  totals.skipped += report.numPendingTests + (report.numTodoTests ?? 0);
  for (const suite of report.testResults) {
    const name = relative(process.cwd(), suite.name);
    if (suite.status === "failed" && suite.assertionResults.length === 0) {
      totals.failed += 1;
      console.log(`failed: ${name}\n    ${firstLines(suite.message)}`);
    }
    for (const { status, fullName, failureMessages } of suite.assertionResults)
      if (status === "failed") console.log(`failed: ${name} > ${fullName}\n    ${firstLines(failureMessages[0])}`);
  }
}
console.log(`tests: ${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
if (files.length === 0 || totals.failed > 0 || totals.passed === 0) process.exit(1);
