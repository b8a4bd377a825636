/** How a model of OpenRouter bills its output. US dollars. */
export interface OpenRouterModel {
  readonly id: string;
  readonly name: string;
  /** Unix seconds. */
  readonly created: number;
  readonly unit: "image" | "megapixel";
  readonly costUsd: number;
  readonly maxReferences: number;
  readonly maxImages: number;
  readonly resolutions: readonly string[];
  readonly providerName: string;
}

/**
 * Models that the simulator serves at OpenRouter. Seedream's price is the one of its page there (November 2026); the
 * others are played.
 */
export const OPENROUTER_MODELS: readonly OpenRouterModel[] = [
  {
    id: "bytedance-seed/seedream-4.5",
    name: "ByteDance Seed: Seedream 4.5",
    created: 1_766_448_000,
    unit: "image",
    costUsd: 0.04,
    maxReferences: 14,
    maxImages: 1,
    resolutions: ["2K", "4K"],
    providerName: "Seed",
  },
  {
    id: "black-forest-labs/flux.2-pro",
    name: "Black Forest Labs: FLUX.2 Pro",
    created: 1_764_028_800,
    unit: "megapixel",
    costUsd: 0.03,
    maxReferences: 8,
    maxImages: 1,
    resolutions: ["1K", "2K"],
    providerName: "Black Forest Labs",
  },
  {
    id: "google/gemini-3-pro-image",
    name: "Google: Nano Banana Pro",
    created: 1_779_926_400,
    unit: "image",
    costUsd: 0.134,
    maxReferences: 14,
    maxImages: 1,
    resolutions: ["1K", "2K", "4K"],
    providerName: "Google AI Studio",
  },
];

/** The entry of `GET /images/models`: no prices, those stand behind `endpoints`. */
export function describeOpenRouterModel(model: OpenRouterModel): unknown {
  return {
    id: model.id,
    name: model.name,
    description: "A model that the simulator plays.",
    created: model.created,
    architecture: { input_modalities: ["text", "image"], output_modalities: ["image"] },
    supported_parameters: capabilitiesOf(model),
    supports_streaming: false,
    endpoints: `/api/v1/images/models/${model.id}/endpoints`,
  };
}

/** The body of `GET /images/models/AUTHOR/SLUG/endpoints`. */
export function describeOpenRouterEndpoints(model: OpenRouterModel): unknown {
  const slug = model.providerName.toLowerCase().replaceAll(" ", "-");
  return {
    id: model.id,
    endpoints: [
      {
        provider_name: model.providerName,
        provider_slug: slug,
        provider_tag: slug,
        supported_parameters: capabilitiesOf(model),
        allowed_passthrough_parameters: [],
        supports_streaming: false,
        pricing: [{ billable: "output_image", unit: model.unit, cost_usd: model.costUsd }],
      },
    ],
  };
}

function capabilitiesOf(model: OpenRouterModel): unknown {
  return {
    resolution: { type: "enum", values: model.resolutions },
    n: { type: "range", min: 1, max: model.maxImages },
    input_references: { type: "range", min: 0, max: model.maxReferences },
    output_format: { type: "enum", values: ["png", "jpeg"] },
  };
}

/** What an image costs: per image, or per started megapixel. Micro-USD. */
export function openRouterMicroUsd(model: OpenRouterModel, widthPx: number, heightPx: number): number {
  const units = model.unit === "image" ? 1 : Math.ceil((widthPx * heightPx) / 1_000_000);
  return Math.round(units * model.costUsd * 1_000_000);
}
