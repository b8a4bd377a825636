/**
 * Breaks a text into lines no wider than `width`, at spaces and line breaks; a word that is too long is broken itself.
 *
 * @param measure Width of a text in the units of `width`.
 */
export function wrapWords(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  for (const paragraph of text.split(/\r\n|\r|\n/)) {
    let line = "";
    for (const word of paragraph.split(/[ \t]+/)) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (measure(longer) <= width) {
        line = longer;
        continue;
      }
      if (line !== "") lines.push(line);
      const pieces = breakWord(word, width, measure);
      line = pieces.pop() ?? "";
      lines.push(...pieces);
    }
    lines.push(line);
  }
  return lines;
}

/** The first `count` lines; the last one ends with `…` when something is left out. */
export function cutLines(
  lines: readonly string[],
  count: number,
  width: number,
  measure: (text: string) => number,
): string[] {
  if (lines.length <= count) return [...lines];
  if (count <= 0) return [];
  const kept = lines.slice(0, count);
  let last = `${kept.at(-1) ?? ""}…`;
  while (measure(last) > width && last.length > 1) last = `${last.slice(0, -2).trimEnd()}…`;
  kept[count - 1] = last;
  return kept;
}

function breakWord(word: string, width: number, measure: (text: string) => number): string[] {
  const pieces: string[] = [];
  let piece = "";
  for (const character of word) {
    if (piece !== "" && measure(piece + character) > width) {
      pieces.push(piece);
      piece = "";
    }
    piece += character;
  }
  return [...pieces, piece];
}
