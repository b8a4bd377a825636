import type { AssetState } from "../workspace/status-listing.ts";
import type { AssetPlanWithBase } from "./kept-bases.ts";

/** An asset that is to be made, and how. */
export interface Job {
  state: AssetState;
  /** Which of its images, counted from 0. */
  positions: readonly number[];
  plan: AssetPlanWithBase;
}
