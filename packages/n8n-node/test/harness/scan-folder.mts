import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** What n8n's scanner says of a folder. `findings` has warnings, too, which the scanner itself passes over. */
export interface Scan {
  passed: boolean;
  files: number;
  findings: string[];
}

/** The environment of a plain shell: n8n's lint rules see other file names when NODE_ENV says test. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_ENV: _nodeEnv, VITEST: _vitest, ...env } = process.env;
  return env;
}

/** Runs n8n's own check for verified community nodes. */
export function scanFolder(folder: string, patterns: readonly string[]): Scan {
  const command = join(import.meta.dirname, "scan-command.mts");
  const output = execFileSync(process.execPath, [command, folder, ...patterns], {
    env: plainEnvironment(),
    encoding: "utf8",
  });
  return JSON.parse(output) as Scan;
}
