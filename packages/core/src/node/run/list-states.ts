import { drawsCards } from "../../models/catalogue/draws-cards.ts";
import type { AssetState, StatusListing } from "../workspace/status-listing.ts";
import type { AssetDesk } from "./asset-desk.ts";

/**
 * Where the assets stand for this desk. A storyboard card is what a desk that only draws cards wants; to any other desk
 * it is a placeholder, and the image is still to be made.
 */
export async function listStates(desk: AssetDesk, paths?: readonly string[]): Promise<StatusListing> {
  const listing = await desk.workspace.listStatuses(paths);
  if (desk.drawsOnly) return listing;
  return { ...listing, assets: listing.assets.map(asPlaceholder) };
}

function asPlaceholder(state: AssetState): AssetState {
  const isKept = state.status === "unchanged" || state.status === "missing_output";
  if (!isKept || !state.lock || !drawsCards(state.lock.model)) return state;
  return { ...state, status: "changed", reason: "So far it is a storyboard card; the image was not made yet." };
}
