import type { ArtdeskEvent } from "../../basics/events.ts";
import type { GenerateAsset } from "./report.ts";

/** What a host can show while a run is under way. */
export type GenerateProgress =
  | { type: "workspace_busy"; holder: string }
  | { type: "recovered"; id: string }
  | { type: "started"; total: number }
  | { type: "asset_event"; id: string; event: ArtdeskEvent }
  | { type: "asset_done"; asset: GenerateAsset };
