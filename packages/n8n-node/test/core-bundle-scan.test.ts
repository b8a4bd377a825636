import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { expect, it } from "vitest";

// The scanner's ESLint wants a TypeScript with a JavaScript API: this package's own (6), not the workspace's (7).
const typescript = fileURLToPath(import.meta.resolve("typescript"));
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "typescript" ? next(typescript, context) : next(specifier, context),
});

const root = resolve(import.meta.dirname, "../../..");

// A name that the compiler does not follow: the scanner has no types.
const SCANNER: string = "@n8n/scan-community-package/scanner/scanner.mjs";

interface Scan {
  passed: boolean;
  message?: string;
  details?: string;
}

/** Bundles a module as n8n would get it and runs n8n's own community-package scanner over the result. */
async function scanBundle(entry: string): Promise<Scan> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-scan-"));
  try {
    const bundle = await rolldown({
      input: entry,
      resolve: { conditionNames: ["source", "import", "default"] },
      onLog(_level, log) {
        if (log.code === "UNRESOLVED_IMPORT") throw new Error(log.message);
      },
    });
    await bundle.write({ dir: folder, format: "cjs", entryFileNames: "index.js" });
    await bundle.close();
    writeFileSync(
      join(folder, "package.json"),
      JSON.stringify({
        name: "n8n-nodes-artdesk-scan",
        version: "0.0.1",
        description: "Core as it is bundled for n8n",
        license: "MIT",
        homepage: "https://example.com",
        author: { name: "Artdesk", email: "artdesk@example.com" },
        keywords: ["n8n-community-node-package"],
        files: ["index.js"],
        n8n: { n8nNodesApiVersion: 1, credentials: [], nodes: ["dist/index.js"] },
        peerDependencies: { "n8n-workflow": "*" },
      }),
    );
    const scanner = (await import(SCANNER)) as { analyzePackage(folder: string, patterns: string[]): Promise<Scan> };
    return await scanner.analyzePackage(folder, ["**/*.js"]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

it("passes n8n's scanner with everything that core exports", async () => {
  const scan = await scanBundle(join(root, "packages/core/src/index.ts"));
  expect(scan.details ?? scan.message ?? "").toBe("");
  expect(scan.passed).toBe(true);
}, 120_000);

it("would refuse a bundle that touches a timer", async () => {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-scan-bad-"));
  try {
    const entry = join(folder, "entry.js");
    writeFileSync(entry, "export const later = (run) => setTimeout(run, process.pid);\n");
    const scan = await scanBundle(entry);
    expect(scan.passed).toBe(false);
    expect(scan.details).toContain("setTimeout");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
