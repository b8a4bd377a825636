export { createArtdesk, type Artdesk, type ArtdeskOptions } from "./artdesk.ts";
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
export type * from "./types.ts";
export type * from "./ports.ts";
export type { HttpProvider, LocalProvider, Provider, ProviderAuth, ProviderCall, ProviderReply } from "./provider.ts";
export type { Catalogue } from "./catalogue/catalogue.ts";
export type { Alias, CatalogueRow, PriceRule, QualityRow, SizeRule, Source, TokenPrices } from "./catalogue/row.ts";
export { catalogueRows } from "./catalogue/index.ts";
export { builtInCatalogue } from "./catalogue/built-in-catalogue.ts";
export { findModel } from "./catalogue/find-model.ts";
export { costFromUsage, estimateCallMicroUsd, worstCaseCallMicroUsd, type PricedCall } from "./cost.ts";
export { formatUsd, usdToMicroUsd } from "./money.ts";
export { inspectImage, type ImageInspection } from "./image-header.ts";
export { parsePolicy } from "./policy/parse-policy.ts";
export type { Policy, PolicyPreset, PolicyRule, RuleCondition, RuleEffect } from "./policy/policy.ts";
export { parseRequest } from "./request.ts";
export { readBrief } from "./brief.ts";
export { planRequest, type PlanInput } from "./plan.ts";
export { createLedger, type LedgerOptions } from "./ledger/ledger.ts";
export type {
  Ledger,
  LedgerEntry,
  Reservation,
  ReservationState,
  ReservationWish,
  Settlement,
} from "./ledger/types.ts";
export { createMemoryLedgerStore } from "./memory-ledger-store.ts";
export { reportCsv, reportEntries, type ReportRow } from "./ledger/report.ts";
