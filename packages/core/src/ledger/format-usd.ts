/** Micro-USD for people: `$5.00`, `$0.134`, `-$0.000001`. At least two decimals, never rounded. */
export function formatUsd(microUsd: number): string {
  const amount = Math.abs(microUsd);
  const decimals = String(amount % 1_000_000)
    .padStart(6, "0")
    .replace(/0{1,4}$/, "");
  return `${microUsd < 0 ? "-" : ""}$${Math.floor(amount / 1_000_000)}.${decimals}`;
}
