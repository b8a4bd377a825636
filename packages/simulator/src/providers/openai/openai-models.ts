/** Generations differ in sizes, qualities, token formula and price. */
export type OpenAiGeneration = "1-mini" | "1.5" | "2" | "2.5" | "2.6";

/** US dollars per million tokens. */
export interface OpenAiPrices {
  readonly textInUsd: number;
  readonly imageInUsd: number;
  readonly textOutUsd: number;
  readonly imageOutUsd: number;
}

export interface OpenAiModel {
  readonly id: string;
  readonly generation: OpenAiGeneration;
  /** Flare chooses its own effort when `quality` is left out; Sunburst takes high. */
  readonly isFlare: boolean;
  /** Day the id appeared, YYYY-MM-DD. */
  readonly createdOn: string;
  /** Day from which the id answers 404, YYYY-MM-DD; `null` when none is announced. */
  readonly shutdownOn: string | null;
}

/**
 * The image models of OpenAI, as of 23 November 2026 (openai 7.57.0 `resources/images.d.ts` and OpenAI's
 * deprecations page).
 */
const MODELS: readonly OpenAiModel[] = [
  model("gpt-image-2", "2", "2026-04-21"),
  model("gpt-image-2-2026-04-21", "2", "2026-04-21"),
  model("gpt-image-2.5-flare", "2.5", "2026-09-08"),
  model("gpt-image-2.5-flare-2026-09-08", "2.5", "2026-09-08"),
  model("gpt-image-2.5-sunburst", "2.5", "2026-09-08"),
  model("gpt-image-2.5-sunburst-2026-09-08", "2.5", "2026-09-08"),
  model("gpt-image-2.6-flare", "2.6", "2026-11-04"),
  model("gpt-image-2.6-sunburst", "2.6", "2026-11-04"),
  model("gpt-image-1.5", "1.5", "2025-12-16", "2026-12-01"),
  model("gpt-image-1-mini", "1-mini", "2025-10-06", "2026-12-01"),
  model("chatgpt-image-latest", "1.5", "2025-12-16", "2026-12-01"),
];

function model(
  id: string,
  generation: OpenAiGeneration,
  createdOn: string,
  shutdownOn: string | null = null,
): OpenAiModel {
  return { id, generation, isFlare: id.includes("flare"), createdOn, shutdownOn };
}

/** Ids that were image models once. They answer 404 with another text than ids that never were. */
const RETIRED_MODELS: ReadonlySet<string> = new Set(["gpt-image-1", "dall-e-2", "dall-e-3"]);

const CURRENT_PRICES: OpenAiPrices = { textInUsd: 5, imageInUsd: 8, textOutUsd: 0, imageOutUsd: 30 };

/**
 * Prices per generation: OpenAI's model pages for gpt-image-2.6-sunburst and gpt-image-1-mini, read November 2026,
 * and ai-sdk-cost-calculator 7.1.14 (September 2026). Only the 1.5 generation lists a price for text it puts out; the
 * others put none out here.
 */
export const OPENAI_PRICES: Readonly<Record<OpenAiGeneration, OpenAiPrices>> = {
  "1-mini": { textInUsd: 2, imageInUsd: 2.5, textOutUsd: 0, imageOutUsd: 8 },
  "1.5": { textInUsd: 5, imageInUsd: 8, textOutUsd: 10, imageOutUsd: 32 },
  "2": CURRENT_PRICES,
  "2.5": CURRENT_PRICES,
  "2.6": CURRENT_PRICES,
};

/** The models that answer on this day. */
export function liveOpenAiModels(nowMs: number): readonly OpenAiModel[] {
  return MODELS.filter(({ shutdownOn }) => shutdownOn === null || nowMs < Date.parse(`${shutdownOn}T00:00:00Z`));
}

/** Whether the id once was a model and is gone on this day. */
export function isRetiredOpenAiModel(id: string, nowMs: number): boolean {
  if (RETIRED_MODELS.has(id)) return true;
  return MODELS.some((known) => known.id === id) && !liveOpenAiModels(nowMs).some((live) => live.id === id);
}
