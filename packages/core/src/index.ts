export { createArtdesk, type Artdesk, type ArtdeskOptions, type JudgeOptions } from "./artdesk.ts";
export type { CollectedImages, SubmittedJob } from "./buy/collect-submitted-job.ts";
export type { GenerateOptions } from "./buy/generate.ts";
export type { PlannedRequest } from "./decide/plan/planned-request.ts";
export type { VerifiedPlan } from "./judge/verify/plan-verification.ts";
export type { ArtdeskEvent, OnEvent } from "./basics/events.ts";
export { ArtdeskError, isArtdeskError, type ArtdeskErrorOptions } from "./basics/errors.ts";
export { DISPOSITIONS, type Disposition, type ErrorCode } from "./basics/error-code.ts";
export type * from "./basics/budget.ts";
export type * from "./basics/receipt.ts";
export type * from "./basics/types.ts";
export type * from "./basics/ports.ts";
export type {
  HttpProvider,
  JobFile,
  JobProvider,
  JobQuestion,
  JobStep,
  LocalProvider,
  Provider,
  ProviderAuth,
  ProviderCall,
  ProviderJob,
  ProviderReply,
  RemoteProvider,
} from "./models/adapter/provider.ts";
export { type LedgerMemory, type RememberedLedger, rememberedLedgerStore } from "./buy/ledger/ledger-identity.ts";
export { type Billed, reconcileCalls, type ReconciledCall } from "./buy/ledger/reconcile-calls.ts";
export { checkDownloadAddress, type DownloadAddress } from "./wire/download-address.ts";
export { freeBytes } from "./wire/free-bytes.ts";
export type { Catalogue } from "./models/catalogue/catalogue.ts";
export type {
  Alias,
  CatalogueRow,
  EstimableFigure,
  PriceRule,
  QualityRow,
  SizeRule,
  Source,
  TokenPrices,
} from "./models/rows/row.ts";
export { catalogueRows } from "./models/rows/catalogue-rows.ts";
export { builtInCatalogue } from "./models/catalogue/built-in-catalogue.ts";
export { drawsCards } from "./models/catalogue/draws-cards.ts";
export { closestModel, findModel } from "./models/rows/find-model.ts";
export { costFromUsage, estimateCallMicroUsd, worstCaseCallMicroUsd, type PricedCall } from "./models/rows/cost.ts";
export { formatUsd, usdToMicroUsd } from "./basics/money.ts";
export { inspectImage, type ImageInspection } from "./wire/image-header.ts";
export { parsePolicy } from "./decide/policy/parse-policy.ts";
export { stagePolicy, type Stage } from "./decide/policy/stage-rules.ts";
export type { Policy, PolicyPreset, PolicyRule, RuleCondition, RuleEffect } from "./decide/policy/policy.ts";
export { parseRequest } from "./decide/request/request.ts";
export {
  draftRequest,
  finalRequest,
  readCorrection,
  refineRequest,
  type ChainParent,
} from "./assets/chain/chain-request.ts";
export { readBrief } from "./decide/brief/read-brief.ts";
export { planRequest, type PlanInput } from "./decide/plan/plan-request.ts";
export {
  createBatchDesk,
  type BatchDesk,
  type BatchDeskOptions,
  type CollectedBatch,
  type CollectedCall,
  type DeskOrder,
  type SubmittedBatch,
} from "./buy/batch/batch-desk.ts";
export type { BatchOrder } from "./buy/batch/batch-calls.ts";
export { batchTermsOf, requireBatchOffers, type BatchTerms } from "./buy/batch/batch-terms.ts";
export { releaseHeld } from "./buy/ledger/release-held.ts";
export { createLedger, type LedgerOptions } from "./buy/ledger/ledger.ts";
export type {
  Ledger,
  LedgerEntry,
  Reservation,
  ReservationState,
  ReservationWish,
  Settlement,
} from "./buy/ledger/ledger-types.ts";
export { createPacer, type Pacer, type PacerOptions } from "./buy/schedule/pacer.ts";
export type { LimitTier, PublishedLimits } from "./models/rows/published-limits.ts";
export { createMemoryLedgerStore } from "./buy/ledger/memory-ledger-store.ts";
export { reportCsv, reportEntries, type ReportRow } from "./buy/ledger/spending-report.ts";
export { comparePlanned, holdComparisons, planComparison } from "./judge/compare/compare-models.ts";
export type {
  CompareOptions,
  ComparedModel,
  Comparison,
  ComparisonRun,
  ElementRate,
  PlannedComparison,
  Winner,
} from "./judge/compare/comparison.ts";
export type { QuestionStore } from "./judge/questions/find-questions.ts";
export type {
  Judge,
  JudgeCall,
  JudgePrices,
  JudgeReply,
  JudgeUsage,
  QuestionWriter,
  WrittenQuestions,
} from "./models/judges/judge.ts";
export type { Question, QuestionKind, QuestionSource } from "./basics/question.ts";
export type {
  ElementVerdict,
  ImageScore,
  Verdict,
  JudgedImage,
  Verification,
  VerificationStep,
} from "./basics/verification.ts";
export type { VerificationPlan } from "./judge/verify/plan-verification.ts";
export { builtInJudges } from "./models/judges/built-in-judges.ts";
export { wilsonInterval, type RateInterval } from "./judge/compare/wilson-interval.ts";
export { compareReportHtml, type CompareReportOptions } from "./judge/compare/compare-report.ts";
export type { JudgedWithAttempts } from "./judge/ask/judge-panel.ts";
export { OUTPUT_PRESETS, type OutputPreset, type PresetFile } from "./finish/output-presets.ts";
export type { Fit } from "./basics/crop-geometry.ts";
export type { Focus, OutputFormat, OutputRecipe } from "./finish/output-recipe.ts";
export { OUTPUT_FORMATS, planOutputs, type OutputWish } from "./finish/plan-outputs.ts";
export { finishImage, type FinishedImage, type FinishedOutput } from "./finish/finish-image.ts";
export type { EncodeOptions, Picture, Pixels } from "./finish/pixels.ts";
export { findContentCredentials, type ContentCredentials } from "./finish/content-credentials.ts";
export { readDigitalSourceType } from "./finish/xmp-packet.ts";
