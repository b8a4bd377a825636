/**
 * Somebody else's text without what a terminal or a page would obey: escape sequences, control characters, and signs that
 * turn the direction of writing. Line breaks and tabs stay.
 */
export function plainText(text: string): string {
  return text.replaceAll(ESCAPES, "").replaceAll(CONTROLS, "");
}

/** CSI and OSC sequences whole, so that none of their letters is left (ECMA-48). */
// oxlint-disable-next-line no-control-regex
const ESCAPES = /\u001B\[[0-?]*[ -/]*[@-~]|\u001B\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|\u001B[@-Z\\-_]/g;
const CONTROLS = /[^\P{Cc}\n\r\t]|[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu;
