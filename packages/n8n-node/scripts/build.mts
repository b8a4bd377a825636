// Bundles every node and credential of package.json into one CommonJS file, and copies what n8n reads beside them.
import { cp, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";

const root = dirname(import.meta.dirname);
const { n8n } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as { n8n: { nodes: string[]; credentials: string[] } };

/** Bundles one entry. Only what n8n itself provides stays outside; anything else that does not resolve ends the build. */
async function bundle(output: string): Promise<void> {
  const input = join(root, output.replace(/^dist\//, "").replace(/\.js$/, ".ts"));
  const build = await rolldown({
    input,
    external: ["n8n-workflow", "node:crypto"],
    platform: "neutral",
    resolve: { conditionNames: ["source", "import", "default"], mainFields: ["module", "main"] },
    onLog(level, log, handle) {
      if (level === "warn") throw new Error(`${log.code ?? "warning"}: ${log.message}`);
      handle(level, log);
    },
  });
  try {
    await build.write({ file: join(root, output), format: "cjs", exports: "named", codeSplitting: false, keepNames: true });
  } finally {
    await build.close();
  }
}

await rm(join(root, "dist"), { recursive: true, force: true });
for (const output of [...n8n.nodes, ...n8n.credentials]) await bundle(output);
await cp(join(root, "icons"), join(root, "dist/icons"), { recursive: true });
await cp(join(root, "nodes"), join(root, "dist/nodes"), {
  recursive: true,
  filter: (source) => !source.endsWith(".ts"),
});
