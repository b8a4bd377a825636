import type { SimulatedProvider } from "./provider.ts";
import { fal } from "./providers/fal.ts";
import { falPlatform } from "./providers/fal-platform.ts";
import { gemini } from "./providers/gemini.ts";
import { openai } from "./providers/openai.ts";
import { openrouter } from "./providers/openrouter.ts";
import { replicate } from "./providers/replicate.ts";

/** Every provider the simulator plays. */
export const SIMULATED_PROVIDERS: readonly SimulatedProvider[] = [
  openai,
  gemini,
  fal,
  falPlatform,
  replicate,
  openrouter,
];
