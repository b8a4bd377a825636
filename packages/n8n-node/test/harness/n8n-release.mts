import type * as N8nCore from "n8n-core";
import type * as N8nWorkflow from "n8n-workflow";
import { mkdirSync, mkdtempSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** The engine of one n8n release: the packages that n8n itself runs workflows with. */
export interface N8nRelease {
  version: keyof typeof N8N_RELEASES;
  core: typeof N8nCore;
  workflow: typeof N8nWorkflow;
  /** Folder of the `n8n-workflow` that this engine uses. */
  workflowFolder: string;
}

const require = createRequire(import.meta.url);

/** Names of the installed engines: this package depends on each. */
export const N8N_RELEASES = { "2.41.1": "", "2.20.6": "-2-20" } as const;

/** Makes an engine keep files in a folder, as n8n does by default, and not inside the items. */
export async function useFileStore({ core, version }: N8nRelease): Promise<void> {
  process.env["N8N_DEFAULT_BINARY_DATA_MODE"] = "filesystem";
  const fromCore = createRequire(require.resolve(`n8n-core${N8N_RELEASES[version]}/package.json`));
  const { Container } = fromCore("@n8n/di") as { Container: { get: (type: unknown) => { init: () => Promise<void> } } };
  await Container.get(core.BinaryDataService).init();
}

/** Loads an engine with a fresh, empty n8n folder. */
export function loadN8nRelease(version: keyof typeof N8N_RELEASES): N8nRelease {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-n8n-"));
  mkdirSync(join(folder, ".n8n"));
  process.env["N8N_USER_FOLDER"] = folder;
  process.env["N8N_LOG_LEVEL"] = "silent";
  const suffix = N8N_RELEASES[version];
  return {
    version,
    core: require(`n8n-core${suffix}`) as typeof N8nCore,
    workflow: require(`n8n-workflow${suffix}`) as typeof N8nWorkflow,
    workflowFolder: dirname(require.resolve(`n8n-workflow${suffix}/package.json`)),
  };
}
