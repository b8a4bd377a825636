import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadNode } from "./harness/built-node.mts";
import { loadN8nRelease, N8N_RELEASES } from "./harness/n8n-release.mts";
import { packPackage } from "./harness/packed-package.mts";
import { plainEnvironment, scanFolder } from "./harness/scan-folder.mts";

const root = dirname(import.meta.dirname);
let packed: string;

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => statSync(join(folder, file)).isFile())
    .toSorted();
}

beforeAll(async () => {
  packed = await packPackage();
}, 120_000);
afterAll(() => rmSync(dirname(packed), { recursive: true, force: true }));

describe("n8n's scanner", () => {
  const SOURCES = ["package.json", "{nodes,credentials}/**/*.{js,ts,json}"];
  const SHIPPED = ["**/*.js", "package.json"];

  it("passes the sources without a finding", () => {
    const { passed, files, findings } = scanFolder(root, SOURCES);
    expect({ passed, findings }).toEqual({ passed: true, findings: [] });
    expect(files).toBeGreaterThan(20);
  }, 120_000);

  it("passes what is published without a finding", () => {
    expect(scanFolder(packed, SHIPPED)).toEqual({ passed: true, findings: [], files: 8 });
  }, 120_000);

  it("would refuse a timer, and warn of a missing home page", () => {
    const bad = join(dirname(packed), "bad");
    mkdirSync(bad);
    const { homepage: _homepage, ...manifest } = JSON.parse(
      readFileSync(join(packed, "package.json"), "utf8"),
    ) as Record<string, unknown>;
    writeFileSync(join(bad, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(bad, "late.js"), "setTimeout(() => {}, 1);\n");
    const { passed, findings } = scanFolder(bad, SHIPPED);
    expect(passed).toBe(false);
    expect(findings.join("\n")).toMatch(/setTimeout[\s\S]*homepage|homepage[\s\S]*setTimeout/);
  }, 120_000);
});

describe("the linter of n8n's own tool", () => {
  it("has no finding, with the configuration that n8n asks for", () => {
    const output = execFileSync(join(root, "node_modules/.bin/n8n-node"), ["lint"], {
      cwd: root,
      env: plainEnvironment(),
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    expect(output).not.toMatch(/\bwarning|\berror|✖/);
  }, 120_000);
});

describe("the published package", () => {
  it("has everything that n8n reads, and no source", () => {
    const files = filesBelow(packed);
    expect(files).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "dist/nodes/Artdesk/Artdesk.node.js",
        "dist/nodes/Artdesk/Artdesk.node.json",
        "dist/nodes/Artdesk/__schema__/v1.0.0/image/generate.json",
      ]),
    );
    expect(files.filter((file) => /\.m?ts$|test|node_modules/.test(file))).toEqual([]);
  });

  it("asks for nothing but n8n-workflow", () => {
    const manifest = JSON.parse(readFileSync(join(packed, "package.json"), "utf8")) as Record<string, unknown>;
    expect(manifest["dependencies"]).toBeUndefined();
    expect(manifest["peerDependencies"]).toEqual({ "n8n-workflow": "*" });
    expect(JSON.stringify(manifest)).not.toMatch(/workspace:|catalog:/);
    for (const file of filesBelow(packed).filter((name) => name.endsWith(".js"))) {
      const required = [...readFileSync(join(packed, file), "utf8").matchAll(/\brequire\(\s*["']([^"']+)["']/g)].map(
        (match) => match[1],
      );
      expect(required.filter((name) => name !== "n8n-workflow" && name !== "node:crypto")).toEqual([]);
    }
  });

  it.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])(
    "loads with nothing but the n8n-workflow of %s",
    (version) => {
      const folder = join(dirname(packed), `alone-${version}`);
      execFileSync("cp", ["-r", packed, folder]);
      const { nodeTypes, credentialTypes } = loadNode(folder, loadN8nRelease(version));
      expect(Object.keys(nodeTypes)).toEqual(["n8n-nodes-artdesk.artdesk"]);
      expect(Object.keys(credentialTypes)).toEqual([
        "artdeskOpenAiApi",
        "artdeskGeminiApi",
        "artdeskFalApi",
        "artdeskReplicateApi",
        "artdeskOpenRouterApi",
        "artdeskLedgerApi",
      ]);
    },
  );

  it("brings every icon that it names, one for light and one for dark", () => {
    const icons = (
      [
        "nodes/Artdesk/Artdesk.node.js",
        "credentials/ArtdeskOpenAiApi.credentials.js",
        "credentials/ArtdeskGeminiApi.credentials.js",
        "credentials/ArtdeskFalApi.credentials.js",
        "credentials/ArtdeskReplicateApi.credentials.js",
        "credentials/ArtdeskOpenRouterApi.credentials.js",
        "credentials/ArtdeskLedgerApi.credentials.js",
      ] as const
    ).flatMap((file) => {
      const text = readFileSync(join(packed, "dist", file), "utf8");
      return [...text.matchAll(/file:([\w./-]+\.svg)/g)].map((match) =>
        join(packed, "dist", dirname(file), match[1] ?? ""),
      );
    });
    expect(icons).toHaveLength(14);
    expect(icons.filter((icon) => !existsSync(icon))).toEqual([]);
  });

  it("stands in the editor's list of nodes: n8n hides those of the category AI that are no root nodes", () => {
    const codex = JSON.parse(readFileSync(join(packed, "dist/nodes/Artdesk/Artdesk.node.json"), "utf8")) as {
      categories: string[];
      subcategories: Record<string, string[]>;
    };
    expect(codex.categories).toContain("Marketing");
    expect(codex.subcategories["AI"]).toContain("Root Nodes");
  });
});
