import type { ICredentialType, INodeType } from "n8n-workflow";
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { buildPackage } from "../../scripts/build-package.mts";
import type { N8nRelease } from "./n8n-release.mts";

/** The package's classes as n8n loads them. */
export interface BuiltNode {
  nodeTypes: Record<string, INodeType>;
  credentialTypes: Record<string, ICredentialType>;
}

const packageFolder = dirname(dirname(import.meta.dirname));

/** Builds the package into a fresh folder, where nothing but the release's `n8n-workflow` can be required, and loads it. */
export async function buildNode(release: N8nRelease): Promise<BuiltNode> {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-node-"));
  await buildPackage(join(folder, "dist"));
  const manifest = readFileSync(join(packageFolder, "package.json"), "utf8");
  writeFileSync(join(folder, "package.json"), manifest);
  return loadNode(folder, release);
}

/** Loads an installed package. Node types are named as in workflows: `n8n-nodes-artdesk.artdesk`. */
export function loadNode(folder: string, release: N8nRelease): BuiltNode {
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(release.workflowFolder, join(folder, "node_modules", "n8n-workflow"));
  const require = createRequire(join(folder, "package.json"));
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    name: string;
    n8n: { nodes: string[]; credentials: string[] };
  };
  const instances = <T,>(files: string[]): T[] =>
    files.map((file) => {
      const className = basename(file).split(".")[0] ?? "";
      const { [className]: Class } = require(join(folder, file)) as Record<string, new () => T>;
      if (Class === undefined) throw new Error(`${file} has no class ${className}`);
      return new Class();
    });
  return {
    nodeTypes: Object.fromEntries(
      instances<INodeType>(manifest.n8n.nodes).map((node) => [`${manifest.name}.${node.description.name}`, node]),
    ),
    credentialTypes: Object.fromEntries(
      instances<ICredentialType>(manifest.n8n.credentials).map((type) => [type.name, type]),
    ),
  };
}
