// Builds the bundle twice and ends with an error unless both are the same, byte for byte.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const rolldown = join(dirname(createRequire(import.meta.url).resolve("rolldown/package.json")), "bin/cli.mjs");

function build() {
  const { status } = spawnSync(process.execPath, [rolldown, "-c"], { cwd: folder, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
  const dist = join(folder, "dist");
  return readdirSync(dist)
    .toSorted()
    .map(
      (name) =>
        `${createHash("sha256")
          .update(readFileSync(join(dist, name)))
          .digest("hex")}  ${name}`,
    )
    .join("\n");
}

const [first, second] = [build(), build()];
console.log(first);
if (first !== second) {
  console.error(`The second build differs:\n${second}`);
  process.exit(1);
}
console.log("Built twice: the same bytes.");
