/** Largest amount that is taken for meant seriously, in USD. */
export const MAX_USD = 1_000_000_000;

const MICRO_USD_PER_USD = 1_000_000;

/**
 * USD as a person writes it (`0.05`) to whole micro-USD, exactly: the decimal digits are used, no floating arithmetic.
 * Returns a sentence part such as `must not be negative` for what is not an amount.
 */
export function usdToMicroUsd(usd: number): { microUsd: number } | { problem: string } {
  if (Number.isNaN(usd)) return { problem: "must be an amount in USD, not NaN" };
  if (usd < 0 || Object.is(usd, -0)) return { problem: "must not be negative" };
  if (usd > MAX_USD) return { problem: `must be at most ${MAX_USD} USD` };
  const [digits = "0", exponent = "0"] = String(usd).split("e");
  const [whole = "0", fraction = ""] = digits.split(".");
  const decimals = fraction.length - Number(exponent);
  if (decimals > 6) return { problem: "must be whole micro-USD: at most six decimals" };
  const microUsd = Number(`${whole}${fraction}`) * 10 ** (6 - decimals);
  return { microUsd };
}

/** Micro-USD as `$1.25`; as many decimals as the amount needs, at least two. */
export function formatUsd(microUsd: number): string {
  const sign = microUsd < 0 ? "-" : "";
  const amount = Math.abs(microUsd);
  const fraction = String(amount % MICRO_USD_PER_USD).padStart(6, "0");
  const shown = fraction.slice(0, 2) + fraction.slice(2).replace(/0+$/, "");
  return `${sign}$${Math.floor(amount / MICRO_USD_PER_USD)}.${shown}`;
}
