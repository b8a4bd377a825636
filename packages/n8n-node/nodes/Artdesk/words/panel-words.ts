import { builtInCatalogue } from "@artdesk/core";

/** A sentence of core in the words of the node's panel: settings of files and environment variables have other names here. */
export function inPanelWords(text: string): string {
  let words = text;
  for (const provider of builtInCatalogue.providers.values()) {
    if (provider.kind === "local") continue;
    words = words.replaceAll(provider.auth.keyVariable, `the ${provider.name} credential`);
  }
  return PANEL_WORDS.reduce((sentence, [pattern, replacement]) => sentence.replace(pattern, replacement), words);
}

const PANEL_WORDS: readonly (readonly [RegExp, string])[] = [
  [/\bset on_exceeded: downgrade\b/, "set 'When Exceeded' to 'Use a Cheaper Model'"],
  [/ Write yours in artdesk\.yml, in USD per image: `[^`]*`/, " Give yours under 'Own Prices' in 'Options'"],
  [/`urgency: normal`/, "'Image: Generate'"],
  [/: reconcile it to free what was not\./, ": 'Budget: Reconcile' frees what was not."],
  [/\bbudget\.month\b/, "'Per Month'"],
  [/\bbudget\.run\b/, "'Per Run'"],
  [/\bbudget\.image\b/, "'Per Image'"],
  [/\bbudget\.tags\.client\.\S+?(?= by | |,|$)/, "'Client per Month'"],
  [/\bbudget\.tags\.campaign\.\S+?(?= by | |,|$)/, "'Campaign per Month'"],
  [
    /, or let a policy rule set may_downgrade: true; without it this work is not done below (\w+)/,
    ", or choose another purpose: this work is not done below $1",
  ],
];
