/** The inputs of action.yml that hold keys, and the variables that they stand for: the one list of providers here. */
export const KEY_INPUTS: Readonly<Record<string, string>> = {
  "openai-api-key": "OPENAI_API_KEY",
  "gemini-api-key": "GEMINI_API_KEY",
  "fal-key": "FAL_KEY",
  "replicate-api-token": "REPLICATE_API_TOKEN",
  "openrouter-api-key": "OPENROUTER_API_KEY",
};
