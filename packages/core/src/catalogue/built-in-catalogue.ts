import { gemini } from "../providers/gemini.ts";
import { openai } from "../providers/openai.ts";
import { openaiCompatible } from "../providers/openai-compatible.ts";
import { openrouter } from "../providers/openrouter.ts";
import { sketch } from "../providers/sketch.ts";
import type { Catalogue } from "./catalogue.ts";
import { catalogueRows } from "./index.ts";

/** Every model and provider that comes with Artdesk: the registry is the catalogue. */
export const builtInCatalogue: Catalogue = {
  rows: catalogueRows,
  providers: new Map([openai, gemini, openrouter, openaiCompatible, sketch].map((provider) => [provider.id, provider])),
};
