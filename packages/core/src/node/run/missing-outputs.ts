import { outputPaths } from "../../assets/asset-spec.ts";
import type { AssetState } from "../workspace/status-listing.ts";

/**
 * Which of an asset's images are to be made, counted from 0: all of them when the prompt is new or changed; when only
 * files are missing, those, so that what was paid for is not bought again.
 */
export function missingOutputs(state: AssetState): readonly number[] {
  const paths = outputPaths(state.asset);
  const all = paths.map((_, index) => index);
  const { lock } = state;
  if (state.status !== "missing_output" || !lock || lock.fingerprint !== state.fingerprint) return all;
  return all.filter((index) => {
    const made = lock.outputs.find((output) => output.path === paths[index]);
    return made === undefined || state.outputHashes[index] !== made.sha256;
  });
}
