import type { Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { DRAFTS_FOLDER, parseChain } from "../../../assets/chain/draft-chain.ts";
import { isArtdeskError } from "../../../basics/errors.ts";
import { readOwnFile } from "../../files/guarded-file.ts";
import { guardOwnPath, isSystemError } from "../../files/path-guard.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { MAX_CHAIN_BYTES } from "../chain-files.ts";
import { type ChainTotals, chainTotals } from "./chain-report.ts";

/** One asset's drafts, refinements and finals, summed up. */
export interface ChainSummary extends ChainTotals {
  /** The asset's id. */
  id: string;
  /** SHA-256 of the image that the newest final was made from. */
  parent: string | undefined;
}

/** The chains of a workspace by asset id, over all months. Broken records are named in `warnings`. */
export async function listChains(
  desk: AssetDesk,
): Promise<{ chains: readonly ChainSummary[]; warnings: readonly string[] }> {
  const { root } = desk.workspace;
  const chains: ChainSummary[] = [];
  const warnings: string[] = [];
  const pending = [DRAFTS_FOLDER];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for (const entry of await entriesIn(root, folder)) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      if (!entry.isFile() || entry.name !== "chain.json") continue;
      try {
        const text = readOwnFile(root, path, { maxBytes: MAX_CHAIN_BYTES })?.toString("utf8");
        if (text === undefined) continue;
        const chain = parseChain({ file: path, folder, text });
        const final = chain.steps.findLast(({ kind, outputs }) => kind === "final" && outputs.length > 0);
        chains.push({ id: chain.id, parent: final?.parent, ...chainTotals(chain) });
      } catch (error) {
        if (!isArtdeskError(error)) throw error;
        warnings.push(`${path}: ${error.shortMessage}`);
      }
    }
  }
  return { chains: chains.toSorted((left, right) => (left.id < right.id ? -1 : 1)), warnings };
}

async function entriesIn(root: string, folder: string): Promise<readonly Dirent[]> {
  try {
    // The folder itself, too, must not be a symbolic link: hence a name below it.
    const { folder: absolutePath } = guardOwnPath({ root, path: `${folder}/entry` });
    return await readdir(absolutePath, { withFileTypes: true });
  } catch (error) {
    if (isSystemError(error) || isArtdeskError(error)) return [];
    throw error;
  }
}
