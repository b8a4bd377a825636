import { builtInCatalogue, builtInJudges } from "@artdesk/core";

/** A provider that n8n users have an account with. */
export interface ProviderAccount {
  provider: string;
  /** The credential type that signs for it. */
  credential: string;
  /** As the panel calls it. */
  title: string;
}

/** The accounts that the node takes, in the order of the panel: the one list of providers here. */
export const PROVIDER_ACCOUNTS: readonly ProviderAccount[] = [
  { provider: "openai", credential: "artdeskOpenAiApi", title: "OpenAI" },
  { provider: "gemini", credential: "artdeskGeminiApi", title: "Google Gemini" },
  { provider: "fal", credential: "artdeskFalApi", title: "fal.ai" },
  { provider: "replicate", credential: "artdeskReplicateApi", title: "Replicate" },
  { provider: "openrouter", credential: "artdeskOpenRouterApi", title: "OpenRouter" },
];

/** The credential type that signs for each provider that is reached over HTTP. */
export const PROVIDER_CREDENTIALS: ReadonlyMap<string, string> = new Map(
  PROVIDER_ACCOUNTS.map(({ provider, credential }) => [provider, credential]),
);

/** Titles of some of the accounts, in the order of the panel: `A`, `A or B`. */
export function accountTitles(providers: Iterable<string>, conjunction: "and" | "or"): string {
  const wanted = new Set(providers);
  const titles = PROVIDER_ACCOUNTS.filter(({ provider }) => wanted.has(provider)).map(({ title }) => title);
  return titles.join(` ${conjunction} `);
}

/** Providers of which a model judges images. */
export const JUDGE_PROVIDERS: ReadonlySet<string> = new Set(builtInJudges.map(({ provider }) => provider));

/** Providers with a batch service: their credentials show for batches. */
export const BATCH_PROVIDERS: ReadonlySet<string> = new Set(
  builtInCatalogue.rows.flatMap(({ provider, batch }) => (batch === undefined ? [] : [provider])),
);

/** A model whose provider publishes no price, as an example of one that needs a price from the user. */
export const MODEL_WITHOUT_PRICE: string =
  builtInCatalogue.rows.find(({ price }) => price.kind === "unknown")?.id ?? "";

/** The credential type of the n8n data table that keeps the books. */
export const LEDGER_CREDENTIAL = "artdeskLedgerApi";
