/** What a person may have to pay is rounded up, what is left is rounded down. */
export type Rounding = "nearest" | "up" | "down";

/** Micro-USD for a sentence: whole cents from ten cents on, tenths of a cent below. */
export function usdText(microUsd: number, rounding: Rounding = "nearest"): string {
  return format(microUsd, microUsd < 100_000 ? 3 : 2, rounding);
}

/** Micro-USD for a table of prices: tenths of a cent below one dollar. */
export function priceText(microUsd: number, rounding: Rounding = "nearest"): string {
  return format(microUsd, microUsd < 1_000_000 ? 3 : 2, rounding);
}

function format(microUsd: number, decimals: 2 | 3, rounding: Rounding): string {
  if (microUsd < 0) return `-${format(-microUsd, decimals, rounding)}`;
  const step = decimals === 3 ? 1_000 : 10_000;
  const round = { nearest: Math.round, up: Math.ceil, down: Math.floor }[rounding];
  const steps = round(microUsd / step);
  if (steps === 0) return microUsd > 0 ? "under $0.001" : "$0.00";
  const text = ((steps * step) / 1_000_000).toFixed(decimals);
  return `$${decimals === 3 ? text.replace(/0$/, "") : text}`;
}
