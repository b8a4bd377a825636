const PLACEHOLDER = /\{\{[ \t]*([A-Za-z_][A-Za-z0-9_-]*)[ \t]*\}\}/g;

/** Puts values in the place of `{{name}}`; values are not read again for placeholders, unknown names stay. */
export function fillTemplate(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(PLACEHOLDER, (whole, name: string) => values.get(name) ?? whole);
}

/** Placeholders that `known` does not have, each name once, with the number of line breaks before it. */
export function unknownPlaceholders(text: string, known: ReadonlySet<string>): { name: string; lineOffset: number }[] {
  const unknown = new Map<string, number>();
  let lineOffset = 0;
  for (const line of text.split("\n")) {
    for (const match of line.matchAll(PLACEHOLDER)) {
      const name = match[1] ?? "";
      if (!known.has(name) && !unknown.has(name)) unknown.set(name, lineOffset);
    }
    lineOffset += 1;
  }
  return [...unknown].map(([name, offset]) => ({ name, lineOffset: offset }));
}

/** Every combination of the values, the first name slowest, in the order of the file. One empty combination for no names. */
export function combinations(values: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, string>[] {
  let rows: Map<string, string>[] = [new Map()];
  for (const [name, choices] of Object.entries(values)) {
    rows = rows.flatMap((row) => choices.map((choice) => new Map(row).set(name, choice)));
  }
  return rows;
}
