/**
 * The JSON that `n8n execute --rawOutput` prints, without what n8n logs before and after it: from the line that is its
 * opening brace to the line that is its closing one. Everything between is indented.
 * @throws when there is none, with what was printed instead
 */
export function executionOutput(printed: string): unknown {
  const lines = printed.split("\n");
  const first = lines.indexOf("{");
  const last = lines.indexOf("}", first);
  if (first < 0 || last < 0) throw new Error(`n8n printed no execution: ${printed}`);
  return JSON.parse(lines.slice(first, last + 1).join("\n"));
}
