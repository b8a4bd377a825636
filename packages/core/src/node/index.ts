export { createNodeArtdesk, type NodeArtdesk, type NodeArtdeskOptions } from "./platform/create-node-artdesk.ts";
export type { Stage } from "../decide/policy/stage-rules.ts";
export { openAssetDesk, type AssetDesk, type AssetDeskOptions } from "./run/asset-desk.ts";
export { acceptAssets, type AcceptReport } from "./run/accept-assets.ts";
export { lintAssets, type LintedAsset, type LintReport } from "./run/lint-assets.ts";
export { checkAssets, planAssets } from "./run/plan-assets.ts";
export { generateAssets, type GenerateAssetsOptions } from "./run/generate/generate-assets.ts";
export type { GenerateProgress } from "./run/progress.ts";
export { draftAsset, type DraftAssetOptions } from "./run/chain/draft-asset.ts";
export { refineAsset, type RefineAssetOptions } from "./run/chain/refine-asset.ts";
export { commandLineWays, type WaysBack } from "./run/ways-back.ts";
export { rebuildLedger, type RebuildOptions, type RebuildReport } from "./run/rebuild-ledger.ts";
export { finalAsset, type FinalAssetOptions } from "./run/chain/final-asset.ts";
export { listChains, type ChainSummary } from "./run/chain/list-chains.ts";
export type { ChainRunOptions } from "./run/chain/chain-run.ts";
export type { ChainReport, ChainReportImage, ChainTotals } from "./run/chain/chain-report.ts";
export type * from "./run/report.ts";
export { collectBatches, type CollectReport } from "./run/batch/collect-batches.ts";
export { checkModels, type ModelCheck } from "./checks/check-models.ts";
export type { ModelFinding } from "../models/checks/list-check.ts";
export {
  compareAssets,
  type CompareAssetsOptions,
  type ComparedAsset,
  type CompareReport,
} from "./run/compare-assets.ts";
export { measureLabels, type JudgeLabelsReport } from "./checks/measure-labels.ts";
export { diagnose, type Finding } from "./checks/diagnose.ts";
export { openLedgerStore } from "./stores/open-ledger-store.ts";
export { openWorkspace, parseConfigBytes, type ConfigSource, type Workspace } from "./workspace/workspace.ts";
export { defaultConfig, type ArtdeskConfig } from "../assets/config/config.ts";
export { createUndiciHttp, type UndiciHttp, type UndiciHttpOptions } from "./platform/undici-http.ts";
export { withPlatforms } from "./platform/with-platforms.ts";
export { nodeCodec } from "./platform/node-codec.ts";
export { systemClock } from "./platform/system-clock.ts";
export { systemRandom } from "./platform/system-random.ts";
export { finishFile, type FinishedFile, type FinishFileOptions, type FinishReport } from "./finish/finish-file.ts";
export { sharpPixels, sharpPixelsIfInstalled } from "./finish/sharp-pixels.ts";
export { secretForms } from "./platform/secret-forms.ts";
