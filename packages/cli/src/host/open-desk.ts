import { type AssetDesk, type AssetDeskOptions, openAssetDesk } from "@artdesk/core/node";
import { realpathSync } from "node:fs";
import type { Io } from "./io.ts";

/** Opens the workspace that a folder belongs to, and says where it lies when that is another folder. */
export async function openDesk(options: AssetDeskOptions, io: Pick<Io, "note">): Promise<AssetDesk> {
  const desk = await openAssetDesk(options);
  const { root } = desk.workspace;
  if (root !== realpathSync(options.cwd)) io.note(`Workspace: ${root}\n`);
  return desk;
}
