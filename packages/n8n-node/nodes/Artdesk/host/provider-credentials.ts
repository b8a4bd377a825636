import { builtInCatalogue } from "@artdesk/core";

/** The credential type that signs for each provider that is reached over HTTP. */
export const PROVIDER_CREDENTIALS: ReadonlyMap<string, string> = new Map([
  ["openai", "artdeskOpenAiApi"],
  ["gemini", "artdeskGeminiApi"],
  ["fal", "artdeskFalApi"],
  ["replicate", "artdeskReplicateApi"],
  ["openrouter", "artdeskOpenRouterApi"],
]);

/** Providers with a batch service: their credentials show for batches. */
export const BATCH_PROVIDERS: ReadonlySet<string> = new Set(
  builtInCatalogue.rows.flatMap(({ provider, batch }) => (batch === undefined ? [] : [provider])),
);

/** The credential type of the n8n data table that keeps the books. */
export const LEDGER_CREDENTIAL = "artdeskLedgerApi";
