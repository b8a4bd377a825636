import { outputPaths } from "../../assets/asset-spec.ts";
import type { LockEntry } from "../../assets/lock/lock-entry.ts";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import { inspectImage } from "../../wire/image-header.ts";
import { readFileGuarded } from "../files/guarded-file.ts";
import type { AssetState } from "../workspace/status-listing.ts";
import { acquireWorkspaceLock } from "../workspace/workspace-lock.ts";
import type { AssetDesk } from "./asset-desk.ts";
import { toReportError } from "./asset-planning.ts";
import { listStates } from "./list-states.ts";
import type { ReportError } from "./report.ts";

/** What `artdesk accept` has taken over. */
export interface AcceptReport {
  /** Assets whose files are now what was made, as far as Artdesk is concerned. */
  accepted: readonly { id: string; outputs: readonly string[] }[];
  /** Files that cannot be taken, and mistakes in prompt files. */
  problems: readonly ReportError[];
}

/**
 * Takes files that a person edited, or made, as the images of their assets: the lock entries say so from now on, and
 * nothing is bought. `paths` as for `generate`; an asset's id will do, too.
 */
export async function acceptAssets(desk: AssetDesk, paths: readonly string[] = []): Promise<AcceptReport> {
  const lock = await acquireWorkspaceLock({
    root: desk.workspace.root,
    run: desk.run,
    waitMs: 0,
    command: "artdesk accept",
  });
  try {
    const everything = await listStates(desk);
    const ids = new Set(paths.filter((path) => everything.assets.some(({ asset }) => asset.id === path)));
    const others = paths.filter((path) => !ids.has(path));
    const listed = paths.length > 0 && others.length > 0 ? await listStates(desk, others) : undefined;
    const states =
      paths.length === 0
        ? everything.assets
        : [...everything.assets.filter(({ asset }) => ids.has(asset.id)), ...(listed?.assets ?? [])];
    const accepted: { id: string; outputs: readonly string[] }[] = [];
    const problems = (paths.length === 0 ? everything.problems : (listed?.problems ?? [])).map((problem) =>
      toReportError(problem),
    );
    for (const state of states) {
      if (state.status !== "edited_output" && state.status !== "own_output") continue;
      try {
        const entry = await entryOf(desk, state);
        await desk.workspace.writeLockEntry(entry);
        accepted.push({ id: state.asset.id, outputs: entry.outputs.map(({ path }) => path) });
      } catch (error) {
        if (!isArtdeskError(error)) throw error;
        problems.push(toReportError(error, state.asset));
      }
    }
    return { accepted, problems };
  } finally {
    await lock.release();
  }
}

async function entryOf(desk: AssetDesk, state: AssetState): Promise<LockEntry> {
  const { asset, lock, fingerprint, outputHashes } = state;
  let size = lock?.size ?? "";
  const outputs: { path: string; sha256: string }[] = [];
  for (const [index, path] of outputPaths(asset).entries()) {
    const sha256 = outputHashes[index];
    const header = sha256 && inspectImage(await readFileGuarded(desk.workspace.root, path)).header;
    if (sha256 === undefined || !header) {
      throw new ArtdeskError({
        code: "invalid_request",
        shortMessage: `${path} ${sha256 === undefined ? "does not exist" : "is not an image"}, so ${asset.id} cannot be accepted.`,
        hint: "Put the file there, or generate it.",
      });
    }
    size = `${header.widthPx}x${header.heightPx}`;
    outputs.push({ path, sha256 });
  }
  const made = lock ?? { model: "", quality: "", costMicroUsd: 0, requestIds: [] };
  return { ...made, id: asset.id, fingerprint, size, outputs };
}
