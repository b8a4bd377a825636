import { falRows } from "./fal.ts";
import { falUpscalerRows } from "./fal-upscalers.ts";
import { geminiRows } from "./gemini.ts";
import { openaiRows } from "./openai.ts";
import { replicateRows } from "./replicate.ts";
import { openrouterRows } from "./openrouter.ts";
import type { CatalogueRow } from "./row.ts";
import { sketchRows } from "./sketch.ts";

/**
 * Every model that Artdesk knows. Tiers follow one rule. `premium`: two boards of blind votes place the model in the
 * leading group (Arena text-to-image from 1240, together with Arena image edit from 1350 or Artificial Analysis image
 * edit from 1250). `standard`: Arena text-to-image from 1150, Arena image edit from 1200, or a named tester's finding.
 * `draft`: below that, or the model's lowest quality step. No score: `unrated`.
 */
export const catalogueRows: readonly CatalogueRow[] = [
  ...openaiRows,
  ...geminiRows,
  ...falRows,
  ...falUpscalerRows,
  ...replicateRows,
  ...openrouterRows,
  ...sketchRows,
];
