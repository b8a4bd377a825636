const LONGEST_COMPARED = 40;

/**
 * The known name that someone most likely meant by `name`, or undefined when none is near: the same letters in another
 * style (`maxCost` for `max_cost`), or one typing slip per three letters.
 */
export function closestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > LONGEST_COMPARED) return undefined;
  const plain = plainLetters(name);
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of known) {
    const plainCandidate = plainLetters(candidate);
    const distance = plain === plainCandidate ? 0 : editDistance(plain, plainCandidate);
    const allowed = Math.max(1, Math.floor(Math.max(plain.length, plainCandidate.length) / 3));
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** `Did you mean \`size\`?` for a near name, else the list of names. */
export function suggestName(name: string, known: readonly string[]): string {
  const near = closestName(name, known);
  return near === undefined ? `Possible here: ${known.join(", ")}.` : `Did you mean \`${near}\`?`;
}

function plainLetters(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, "");
}

/** Insertions, deletions, replacements and swaps of neighbours that lead from one word to the other. */
function editDistance(left: string, right: string): number {
  let beforePrevious: number[] = [];
  let previous = Array.from({ length: right.length + 1 }, (_, column) => column);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1) {
      const same = left[row - 1] === right[column - 1];
      let cost = Math.min(
        (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1,
        (previous[column - 1] ?? 0) + (same ? 0 : 1),
      );
      const swapped =
        row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (swapped) cost = Math.min(cost, (beforePrevious[column - 2] ?? 0) + 1);
      current.push(cost);
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous[right.length] ?? Infinity;
}
