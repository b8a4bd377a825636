import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** The n8n that the real tests run on: the newest of version 2 that installs from npm as a whole. */
export const N8N_VERSION = "2.41.1";

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
  console.log(`Installing n8n ${N8N_VERSION} into ${folder} ...`);
  // Its install scripts fetch and compile what only other databases and queues need.
  const args = ["install", `n8n@${N8N_VERSION}`, "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
  const { status, stderr } = spawnSync("npm", args, { cwd: unfinished, encoding: "utf8" });
  if (status !== 0) throw new Error(`npm could not install n8n ${N8N_VERSION}: ${stderr.slice(-2000)}`);
  renameSync(unfinished, folder);
  return start;
}
