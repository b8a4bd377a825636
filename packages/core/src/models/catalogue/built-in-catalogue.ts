import { fal } from "../providers/fal.ts";
import { gemini } from "../providers/gemini.ts";
import { openai } from "../providers/openai.ts";
import { replicate } from "../providers/replicate.ts";
import { openaiCompatible } from "../providers/openai-compatible.ts";
import { openrouter } from "../providers/openrouter.ts";
import { sketch } from "../providers/sketch.ts";
import type { Provider } from "../adapter/provider.ts";
import type { Catalogue } from "./catalogue.ts";
import { catalogueRows } from "../rows/catalogue-rows.ts";

/** Every model and provider that comes with Artdesk: the registry is the catalogue. */
export const builtInCatalogue: Catalogue = {
  rows: catalogueRows,
  providers: new Map(
    [openai, gemini, fal, replicate, openrouter, openaiCompatible, sketch].map((provider): [string, Provider] => [
      provider.id,
      provider,
    ]),
  ),
};
