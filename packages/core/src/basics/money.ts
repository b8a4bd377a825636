const MICRO_DIGITS = 6;
const MICRO_PER_USD = 1_000_000;

/**
 * Converts US dollars to whole micro-USD by their decimal digits, without binary rounding: `0.07` is exactly 70,000.
 * Digits finer than a micro-USD are dropped, so that a limit never grows.
 * @returns undefined for anything that is not a finite decimal of at least 0 that fits a safe integer of micro-USD.
 */
export function usdToMicroUsd(usd: number | string): number | undefined {
  const decimal = /^(\d{1,40})(?:\.(\d{1,400}))?(?:e([+-]?\d{1,3}))?$/i.exec(String(usd).trim());
  if (!decimal) return undefined;
  const [, whole = "", fraction = "", exponent = "0"] = decimal;
  const digits = whole + fraction;
  const keep = whole.length + Number(exponent) + MICRO_DIGITS;
  const microUsd = Number(keep <= 0 ? "0" : digits.padEnd(keep, "0").slice(0, keep));
  return Number.isSafeInteger(microUsd) ? microUsd : undefined;
}

/** Writes micro-USD as dollars, exactly and as short as is usual: `$5.00`, `$0.053`, `$0.000012`. */
export function formatUsd(microUsd: number): string {
  const sign = microUsd < 0 ? "-" : "";
  const absolute = Math.abs(microUsd);
  const whole = Math.floor(absolute / MICRO_PER_USD);
  const fraction = String(absolute % MICRO_PER_USD).padStart(MICRO_DIGITS, "0");
  let length = MICRO_DIGITS;
  while (length > 2 && fraction.charCodeAt(length - 1) === 48) length -= 1;
  return `${sign}$${whole}.${fraction.slice(0, length)}`;
}
