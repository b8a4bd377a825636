import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { rolldown } from "rolldown";
import { expect, it } from "vitest";
import { scanFolder, type Scan } from "./harness/scan-folder.mts";

const core = resolve(import.meta.dirname, "../../core/src/index.ts");

/** Bundles a module as n8n would get it and runs n8n's scanner over the result. */
async function scanBundle(input: string): Promise<Scan> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-scan-"));
  try {
    const bundle = await rolldown({
      input,
      resolve: { conditionNames: ["source", "import", "default"] },
      onLog(_level, log) {
        if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
      },
    });
    await bundle.write({ dir: folder, format: "cjs", entryFileNames: "index.js" });
    await bundle.close();
    return scanFolder(folder, ["**/*.js"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it("passes n8n's scanner with everything that core exports, used by the node or not", async () => {
  expect(await scanBundle(core)).toEqual({ passed: true, findings: [], files: 1 });
}, 120_000);

it("would refuse a bundle that touches a timer", async () => {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-scan-bad-"));
  try {
    const entry = join(folder, "entry.js");
    writeFileSync(entry, "export const later = (run) => setTimeout(run, process.pid);\n");
    const scan = await scanBundle(entry);
    expect(scan.passed).toBe(false);
    expect(scan.findings.join("\n")).toContain("setTimeout");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
