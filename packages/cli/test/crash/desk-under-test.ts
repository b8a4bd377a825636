import { rmSync } from "node:fs";
import type { GenerateAssetsOptions, GenerateReport } from "@artdesk/core/node";
import { type AssetDesk, type AssetDeskOptions, generateAssets, openAssetDesk } from "@artdesk/core/node";
import { type Simulator, type SimulatorOptions, startSimulator } from "@artdesk/simulator";
import { onTestFinished } from "vitest";
import { type DraftWorkspace, draftWorkspace } from "./draft-workspace.ts";

/** A workspace with drafts and a bank to buy them from. */
export interface DeskUnderTest extends DraftWorkspace {
  simulator: Simulator;
  /** What `artdesk` needs to find both. */
  place: { cwd: string; env: Readonly<Record<string, string>> };
  /** A desk of its own, as each run has one. Closed when the test ends. */
  openDesk(options?: Partial<AssetDeskOptions>): Promise<AssetDesk>;
  /** One whole run on a desk of its own. */
  generate(options?: GenerateAssetsOptions, deskOptions?: Partial<AssetDeskOptions>): Promise<GenerateReport>;
}

/** Starts both; they go when the test ends. */
export async function deskUnderTest(
  options: { assetCount?: number; concurrency?: number; simulator?: SimulatorOptions } = {},
): Promise<DeskUnderTest> {
  const simulator = await startSimulator(options.simulator);
  const workspace = draftWorkspace(options.assetCount ?? 1, { concurrency: options.concurrency ?? 4 });
  const { root } = workspace;
  onTestFinished(async () => {
    await simulator.close();
    rmSync(root, { recursive: true, force: true });
  });
  const openDesk = async (deskOptions: Partial<AssetDeskOptions> = {}): Promise<AssetDesk> => {
    const desk = await openAssetDesk({ cwd: root, env: simulator.env, ...deskOptions });
    onTestFinished(() => desk.close());
    return desk;
  };
  return {
    ...workspace,
    simulator,
    place: { cwd: root, env: simulator.env },
    openDesk,
    generate: async (runOptions, deskOptions) => generateAssets(await openDesk(deskOptions), runOptions),
  };
}

/** Options that call `listener` once, when the first paid call begins. */
export function atFirstCall(listener: () => void): GenerateAssetsOptions {
  let called = false;
  return {
    onProgress: (event) => {
      if (called || event.type !== "asset_event" || event.event.type !== "attempt_started") return;
      called = true;
      listener();
    },
  };
}
