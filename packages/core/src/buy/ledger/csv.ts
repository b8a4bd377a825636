/**
 * Writes CSV as RFC 4180 (October 2005) has it: CRLF, quotes where needed. Text that a spreadsheet would run as a
 * formula (it begins with `=`, `+`, `-`, `@`, tab or carriage return) gets an apostrophe in front; numbers stay numbers.
 */
export function writeCsv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return [header, ...rows].map((cells) => `${cells.map(writeCell).join(",")}\r\n`).join("");
}

function writeCell(cell: string | number): string {
  if (typeof cell === "number") return writeNumber(cell);
  const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Without an exponent, which some readers take for text. */
function writeNumber(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(6).replace(/0+$/, "");
}
