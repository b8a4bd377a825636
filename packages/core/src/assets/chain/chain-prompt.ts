/** The prompt of a refinement: the change first, then what the picture is for and what was changed before. */
export function refinePrompt(options: { prompt: string; corrections: readonly string[]; correction: string }): string {
  const { prompt, corrections, correction } = options;
  return [
    `Change the first image: ${sentence(correction)} Keep everything else as it is.`,
    listed("Corrections that were made before and must stay", corrections),
    `What the image shows: ${prompt}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The prompt of a final: the pick is to be made again in full quality, with every correction that led to it. */
export function finalPrompt(options: { prompt: string; corrections: readonly string[] }): string {
  const { prompt, corrections } = options;
  return [
    "Make the final version of the first image in full quality. Keep its composition, subject, colours and light.",
    listed("Corrections that it must show", corrections),
    `What the image shows: ${prompt}`,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function listed(title: string, corrections: readonly string[]): string {
  if (corrections.length === 0) return "";
  return `${title}:\n${corrections.map((correction, index) => `${index + 1}. ${sentence(correction)}`).join("\n")}`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
