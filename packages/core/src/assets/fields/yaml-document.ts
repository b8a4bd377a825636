/** Keys and list positions from the top of a document to one value. */
export type YamlPath = readonly (string | number)[];

/** A YAML text as plain data, with the way back to its lines. */
export interface YamlDocument {
  /** Plain objects, arrays, strings, numbers, booleans and null; undefined or null for an empty text. */
  value: unknown;
  /** Line in the file (from 1) of the key or list item at `path`; undefined when there is none. */
  lineOf: (path: YamlPath) => number | undefined;
}

/**
 * Reads YAML 1.2, given by the host so that the library is loaded only where it is needed.
 * `firstLine` is the line of the file (from 1) on which `text` starts.
 * Throws `invalid_request` with file and line for bad syntax, duplicate keys, custom tags and too many aliases.
 */
export type YamlReader = (text: string, file: string, firstLine: number) => YamlDocument;

/** Line of the value at `path`, else of the nearest key above it, else `fallback`. */
export function nearestLine(document: YamlDocument, path: YamlPath, fallback: number): number {
  for (let length = path.length; length > 0; length -= 1) {
    const line = document.lineOf(path.slice(0, length));
    if (line !== undefined) return line;
  }
  return fallback;
}
