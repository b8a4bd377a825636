#!/usr/bin/env node
import { nodeVersionProblem } from "./host/node-version.ts";

const problem = nodeVersionProblem(process.versions.node);
if (problem === undefined) {
  // Loaded only now: what an old Node cannot load would hide the sentence that helps.
  const { processIo } = await import("./host/process-io.ts");
  const { runCli } = await import("./run-cli.ts");
  process.exitCode = await runCli(process.argv.slice(2), processIo());
} else {
  process.stderr.write(`${problem}\n`);
  if (process.argv.includes("--json")) {
    process.stdout.write(`${JSON.stringify({ error: { code: "invalid_request", message: problem } }, null, 2)}\n`);
  }
  process.exitCode = 2;
}
