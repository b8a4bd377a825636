import { ArtdeskError } from "../../basics/errors.ts";
import type { AssetState } from "../workspace/status-listing.ts";

/** What people can do about a file that a person made or changed: said in the same words wherever it is met. */
export function ownFileWays({ asset }: Pick<AssetState, "asset">): string {
  return `\`artdesk accept ${asset.id}\` takes it as this asset's image, for nothing; --force makes the image again, over it.`;
}

/** Whether a person has made or changed what stands in the place of the image. */
export function isOfPerson({ status }: Pick<AssetState, "status">): boolean {
  return status === "edited_output" || status === "own_output";
}

/** Says of an edited file that it is kept, and what can be done about it. */
export function describeEdited(state: AssetState): string {
  return `${state.asset.id}: ${state.reason} It is kept. ${ownFileWays(state)}`;
}

/** Refuses to paint over a file that Artdesk did not make. */
export function ownFileError(state: AssetState): ArtdeskError {
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage: state.reason,
    hint: `${ownFileWays(state)} Or give the prompt file another \`output\`.`,
  });
}
