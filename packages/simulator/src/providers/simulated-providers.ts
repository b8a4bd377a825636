import type { SimulatedProvider } from "../desk/provider.ts";
import { fal } from "./fal/fal.ts";
import { falPlatform } from "./fal/fal-platform.ts";
import { gemini } from "./gemini/gemini.ts";
import { openai } from "./openai/openai.ts";
import { openrouter } from "./openrouter/openrouter.ts";
import { replicate } from "./replicate/replicate.ts";

/** Every provider the simulator plays. */
export const SIMULATED_PROVIDERS: readonly SimulatedProvider[] = [
  openai,
  gemini,
  fal,
  falPlatform,
  replicate,
  openrouter,
];
