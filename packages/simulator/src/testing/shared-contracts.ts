import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Test support. The provider contracts lie beside the repository, not in it.
const repositoryRoot = fileURLToPath(new URL("../../../../", import.meta.url));
const contractsFolder = join(process.env["ARTDESK_SHARED"] ?? join(repositoryRoot, "..", "shared"), "contracts");

/** Whether the provider contracts are at hand. Says so when they are not. */
export function hasSharedContracts(): boolean {
  const isThere = existsSync(contractsFolder);
  const advice = "set ARTDESK_SHARED to the folder that holds them";
  if (!isThere) process.stderr.write(`Skipped: no provider contracts at ${contractsFolder} (${advice}).\n`);
  return isThere;
}

/** A contract file, parsed. */
export function readSharedContract(fileName: string): unknown {
  return JSON.parse(readFileSync(join(contractsFolder, fileName), "utf8")) as unknown;
}
