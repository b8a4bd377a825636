import type { ComparedModel, Winner } from "./comparison.ts";

/**
 * A model wins only when the 95 % interval of its placed elements lies above that of every other one. Elements of one
 * image hang together, so that the real uncertainty is larger than the interval says; asking for intervals that do not
 * touch, which is stricter than a test of the difference, makes up for a part of it.
 */
export function findWinner(models: readonly Pick<ComparedModel, "name" | "placed">[]): Winner {
  const ranked = models
    .filter(({ placed }) => placed.trials > 0)
    .toSorted((left, right) => (right.placed.rate ?? 0) - (left.placed.rate ?? 0));
  const [first, second] = ranked;
  if (!first || !second) return { name: undefined, reason: "Too little was judged to compare." };
  const against = `${figures(first)} against ${second.name} with ${figures(second)}`;
  if (ranked.slice(1).every(({ placed }) => first.placed.low > placed.high))
    return { name: first.name, reason: `${first.name} places more elements: ${against}.` };
  return {
    name: undefined,
    reason: `No winner: the 95 % intervals overlap (${first.name} with ${against}). More attempts would narrow them.`,
  };
}

function figures({ placed }: Pick<ComparedModel, "placed">): string {
  const percent = (share: number): string => `${Math.round(share * 100)}`;
  return `${placed.successes} of ${placed.trials} (${percent(placed.low)} to ${percent(placed.high)} %)`;
}
