export { createNodeArtdesk, type NodeArtdesk, type NodeArtdeskOptions } from "./create-node-artdesk.ts";
export type { Stage } from "../policy/stage-rules.ts";
export { openAssetDesk, type AssetDesk, type AssetDeskOptions } from "./asset-run/asset-desk.ts";
export { lintAssets, type LintedAsset, type LintReport } from "./asset-run/lint-assets.ts";
export { checkAssets, planAssets } from "./asset-run/plan-assets.ts";
export { generateAssets, type GenerateAssetsOptions, type GenerateProgress } from "./asset-run/generate-assets.ts";
export { draftAsset, type DraftAssetOptions } from "./asset-run/draft-asset.ts";
export { refineAsset, type RefineAssetOptions } from "./asset-run/refine-asset.ts";
export { finalAsset, type FinalAssetOptions } from "./asset-run/final-asset.ts";
export { listChains, type ChainSummary } from "./asset-run/list-chains.ts";
export type { ChainRunOptions } from "./asset-run/chain-run.ts";
export type { ChainReport, ChainReportImage, ChainTotals } from "./asset-run/chain-report.ts";
export type * from "./asset-run/report.ts";
export { collectBatches, type CollectReport } from "./batch/collect-batches.ts";
export { checkModels, type ModelCheck, type ModelFinding } from "./check-models.ts";
export {
  compareAssets,
  type CompareAssetsOptions,
  type ComparedAsset,
  type CompareReport,
} from "./asset-run/compare-assets.ts";
export { measureLabels, type JudgeLabelsReport } from "./measure-labels.ts";
export { diagnose, type Finding } from "./diagnose.ts";
export { openLedgerStore } from "./stores/open-ledger-store.ts";
export { openWorkspace, type Workspace } from "./workspace.ts";
export { createUndiciHttp, type UndiciHttp, type UndiciHttpOptions } from "./undici-http.ts";
export { withPlatforms } from "./with-platforms.ts";
export { nodeCodec } from "./node-codec.ts";
export { systemClock } from "./system-clock.ts";
export { systemRandom } from "./system-random.ts";
