/**
 * Finds the name that was probably meant, for "did you mean" hints.
 * @returns the candidate with the fewest edits, at most a third of its length (at least one); undefined when none is near.
 */
export function closestName(wanted: string, candidates: Iterable<string>): string | undefined {
  const target = wanted.toLowerCase().slice(0, 80);
  let best: string | undefined;
  let fewestEdits = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const edits = countEdits(target, candidate.toLowerCase());
    const allowed = Math.max(1, Math.floor(Math.max(candidate.length, target.length) / 3));
    if (edits <= allowed && edits < fewestEdits) {
      best = candidate;
      fewestEdits = edits;
    }
  }
  return best;
}

/** Levenshtein distance. */
function countEdits(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      const replaced = (previous[column - 1] ?? 0) + (same ? 0 : 1);
      current.push(Math.min(replaced, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return previous[right.length] ?? 0;
}
