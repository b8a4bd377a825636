export { createArtdesk, type Artdesk, type ArtdeskOptions, type JudgeOptions } from "./artdesk.ts";
export type { CollectedImages, SubmittedJob } from "./collect-submitted-job.ts";
export type { GenerateOptions, PlannedRequest } from "./generate.ts";
export type { ArtdeskEvent, OnEvent } from "./events.ts";
export {
  ArtdeskError,
  DISPOSITIONS,
  isArtdeskError,
  type ArtdeskErrorOptions,
  type Disposition,
  type ErrorCode,
} from "./errors.ts";
export type * from "./budget.ts";
export type * from "./receipt.ts";
export type * from "./types.ts";
export type * from "./ports.ts";
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
} from "./provider.ts";
export { checkDownloadAddress, type DownloadAddress } from "./download-address.ts";
export { freeBytes } from "./free-bytes.ts";
export type { Catalogue } from "./catalogue/catalogue.ts";
export type {
  Alias,
  CatalogueRow,
  EstimableFigure,
  PriceRule,
  QualityRow,
  SizeRule,
  Source,
  TokenPrices,
} from "./catalogue/row.ts";
export { catalogueRows } from "./catalogue/index.ts";
export { builtInCatalogue } from "./catalogue/built-in-catalogue.ts";
export { drawsCards } from "./catalogue/draws-cards.ts";
export { closestModel, findModel } from "./catalogue/find-model.ts";
export { costFromUsage, estimateCallMicroUsd, worstCaseCallMicroUsd, type PricedCall } from "./cost.ts";
export { formatUsd, usdToMicroUsd } from "./money.ts";
export { inspectImage, type ImageInspection } from "./image-header.ts";
export { parsePolicy } from "./policy/parse-policy.ts";
export { stagePolicy, type Stage } from "./policy/stage-rules.ts";
export type { Policy, PolicyPreset, PolicyRule, RuleCondition, RuleEffect } from "./policy/policy.ts";
export { parseRequest } from "./request.ts";
export { draftRequest, finalRequest, readCorrection, refineRequest, type ChainParent } from "./assets/chain-request.ts";
export { readBrief } from "./brief.ts";
export { planRequest, type PlanInput } from "./plan.ts";
export {
  createBatchDesk,
  type BatchDesk,
  type BatchDeskOptions,
  type CollectedBatch,
  type CollectedCall,
  type DeskOrder,
  type SubmittedBatch,
} from "./batch/batch-desk.ts";
export type { BatchOrder } from "./batch/batch-calls.ts";
export { batchTermsOf, requireBatchOffers, type BatchTerms } from "./batch/batch-terms.ts";
export { releaseHeld } from "./ledger/release-held.ts";
export { createLedger, type LedgerOptions } from "./ledger/ledger.ts";
export type {
  Ledger,
  LedgerEntry,
  Reservation,
  ReservationState,
  ReservationWish,
  Settlement,
} from "./ledger/types.ts";
export { createPacer, type Pacer, type PacerOptions } from "./schedule/pacer.ts";
export type { LimitTier, PublishedLimits } from "./schedule/lane-limits.ts";
export { createMemoryLedgerStore } from "./memory-ledger-store.ts";
export { reportCsv, reportEntries, type ReportRow } from "./ledger/report.ts";
export {
  comparePlanned,
  holdComparisons,
  planComparison,
  type CompareOptions,
  type ComparedModel,
  type Comparison,
  type ComparisonRun,
  type ElementRate,
  type PlannedComparison,
} from "./judge/compare-models.ts";
export type { Winner } from "./judge/find-winner.ts";
export type { QuestionStore } from "./judge/find-questions.ts";
export type {
  Judge,
  JudgeCall,
  JudgePrices,
  JudgeReply,
  JudgeUsage,
  QuestionWriter,
  WrittenQuestions,
} from "./judge/judge.ts";
export type { Question, QuestionKind, QuestionSource } from "./judge/question.ts";
export type { ElementVerdict, ImageScore, Verdict } from "./judge/score-answers.ts";
export type { JudgedImage, Verification, VerificationStep } from "./judge/verification.ts";
export type { VerificationPlan } from "./judge/plan-verification.ts";
export { builtInJudges } from "./judge/built-in-judges.ts";
export { wilsonInterval, type RateInterval } from "./judge/wilson-interval.ts";
export { compareReportHtml, type CompareReportOptions } from "./judge/compare-report.ts";
export type { JudgedWithAttempts } from "./judge/judge-panel.ts";
