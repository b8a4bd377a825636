import { closestName } from "../../basics/closest-name.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import type { AssetState, StatusListing } from "../workspace/status-listing.ts";
import type { Workspace } from "../workspace/workspace.ts";

/**
 * The one asset that a person names by its id or its prompt file. Throws `invalid_request` when there is none (naming
 * the nearest one) or when a file describes several, and the mistake of the file when it has one.
 */
export function findAsset(
  listing: StatusListing,
  workspace: Pick<Workspace, "root" | "fromRoot">,
  name: string,
): AssetState {
  // A file is named as it is seen from the folder where somebody works, an id as it always is.
  const seenFromRoot = plainName(workspace.fromRoot([name])[0] ?? name, workspace.root);
  const isFile = listing.assets.some(({ asset }) =>
    [asset.id, asset.file, asset.file.replace(/\.image\.md$/, "")].includes(seenFromRoot),
  );
  const wanted = isFile ? seenFromRoot : plainName(name, workspace.root);
  const exact = listing.assets.find(({ asset }) => asset.id === wanted);
  if (exact) return exact;
  const ofFile = listing.assets.filter(({ asset }) => asset.file === wanted || asset.file === `${wanted}.image.md`);
  const [only, ...others] = ofFile;
  if (only && others.length === 0) return only;
  const ids = ofFile.map(({ asset }) => asset.id);
  if (only)
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `${only.asset.file} describes ${ofFile.length} images. Name one of them.`,
      hint: `Possible here: ${listed(ids)}.`,
    });
  const problem = listing.problems.find(({ location }) =>
    [wanted, `${wanted}.image.md`].includes(location?.file ?? ""),
  );
  if (problem) throw problem;
  const known = listing.assets.map(({ asset }) => asset.id);
  const meant = closestName(wanted.replace(/\.image\.md$/, ""), known);
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `There is no asset called ${JSON.stringify(name)}.`,
    hint:
      meant === undefined
        ? known.length === 0
          ? "There are no prompt files here yet: artdesk init writes one."
          : `Possible here: ${listed(known)}.`
        : `Did you mean ${meant}?`,
  });
}

const MAX_LISTED = 12;

function listed(ids: readonly string[]): string {
  const more = ids.length - MAX_LISTED;
  return `${ids.slice(0, MAX_LISTED).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function plainName(name: string, root: string): string {
  const slashes = name.replaceAll("\\", "/");
  return (slashes.startsWith(`${root}/`) ? slashes.slice(root.length + 1) : slashes).replace(/^(\.\/)+/, "");
}
