// Packs what is published of Artdesk as tarballs that plain npm installs: `npm run pack`, or `node scripts/pack.mjs FOLDER`
// where everything is built. pnpm writes real versions where the workspace has `workspace:` and `catalog:`.
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runPnpm } from "./run-pnpm.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const PACKAGES = ["core", "cli"];

const folder = resolve(root, process.argv[2] ?? "packed");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const name of PACKAGES) {
  const args = ["-C", join(root, "packages", name), "pack", "--pack-destination", folder];
  const status = runPnpm(args, { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) process.exit(status);
}
const tarballs = readdirSync(folder).map((file) => join(folder, file));
console.log(`\nIn your own repository:\n
  npm install --save-dev ${tarballs.map((file) => JSON.stringify(file)).join(" ")}
  npx artdesk init
  npx artdesk generate --provider sketch`);
