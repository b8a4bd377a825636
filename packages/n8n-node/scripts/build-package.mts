import { cp, glob, mkdir, readFile, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { rolldown } from "rolldown";

const root = dirname(import.meta.dirname);

/**
 * Bundles every node and credential of package.json into one CommonJS file, and copies what n8n reads beside them.
 * @param folder Takes the place of `dist`; emptied first.
 * @throws when anything but what n8n itself provides would stay outside of a bundle
 */
export async function buildPackage(folder: string): Promise<void> {
  const { n8n } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    n8n: { nodes: string[]; credentials: string[] };
  };
  await rm(folder, { recursive: true, force: true });
  for (const output of [...n8n.nodes, ...n8n.credentials]) {
    const file = output.replace(/^dist\//, "");
    await bundle(join(root, file.replace(/\.js$/, ".ts")), join(folder, file));
  }
  await cp(join(root, "icons"), join(folder, "icons"), { recursive: true });
  for await (const file of glob("nodes/**/*.{json,svg}", { cwd: root })) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await cp(join(root, file), join(folder, file));
  }
}

async function bundle(input: string, output: string): Promise<void> {
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
    await build.write({ file: output, format: "cjs", exports: "named", codeSplitting: false, keepNames: true });
  } finally {
    await build.close();
  }
}
