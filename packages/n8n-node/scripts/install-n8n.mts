import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The n8n that the real tests run on: the newest of version 2 that installs from npm as a whole. */
export const N8N_VERSION = "2.41.1";

/** A network that gave up once may not do so again. */
const TRIES = 2;

/**
 * Installs n8n into a cache folder, once: 2.7 GB, some minutes. ARTDESK_N8N_FOLDER names another folder.
 * @returns n8n's start script
 * @throws when npm cannot install it
 */
export function installN8n(): string {
  const folder = process.env["ARTDESK_N8N_FOLDER"] ?? join(homedir(), ".cache", "artdesk", `n8n-${N8N_VERSION}`);
  const start = join(folder, "node_modules", "n8n", "bin", "n8n");
  if (existsSync(start)) return start;
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true });
  writeFileSync(join(unfinished, "package.json"), '{ "private": true }\n');
  for (let tries = 1; !runInstall(unfinished); tries += 1) {
    if (tries >= TRIES) throw new Error(`npm could not install n8n ${N8N_VERSION}: see above.`);
    console.log("Trying again with what has arrived so far ...");
  }
  renameSync(unfinished, folder);
  return start;
}

/** Prints a line every half minute: npm says nothing until it is done. */
function runInstall(folder: string): boolean {
  console.log(`Installing n8n ${N8N_VERSION} (2.7 GB) into ${folder} ...`);
  const startedAtMs = Date.now();
  // Its install scripts fetch and compile what only other databases and queues need.
  const npm = `npm install n8n@${N8N_VERSION} --ignore-scripts --no-audit --no-fund --prefer-offline --loglevel=error`;
  const progress = `while sleep 30; do echo "... $(du -sm . | cut -f1) MB"; done & p=$!; ${npm}; code=$?; kill $p; exit $code`;
  const { status } = spawnSync("sh", ["-c", progress], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  const seconds = Math.round((Date.now() - startedAtMs) / 1000);
  console.log(`npm ended with code ${status} after ${seconds} s.`);
  return status === 0;
}
