/** Kinds of characters, as far as words and quotes need them. */
export const OTHER = 0;
export const LETTER = 1;
export const DIGIT = 2;
export const SPACE = 3;
const ASCII_KINDS = buildAsciiKinds();

function buildAsciiKinds(): Uint8Array {
  const kinds = new Uint8Array(128);
  for (let code = 0; code < 128; code += 1) {
    const character = String.fromCharCode(code);
    if (/[a-z]/i.test(character)) kinds[code] = LETTER;
    else if (/\d/.test(character)) kinds[code] = DIGIT;
    else if (/\s/.test(character)) kinds[code] = SPACE;
  }
  return kinds;
}

/** Kind of a UTF-16 code unit. */
export function kindOf(code: number): number {
  if (code < 128) return ASCII_KINDS[code] ?? OTHER;
  if (code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200a)) return SPACE;
  if (code < 0xc0 || (code >= 0x2010 && code <= 0x206f) || (code >= 0x3001 && code <= 0x303f)) return OTHER;
  if (code === 0xd7 || code === 0xf7 || (code >= 0xff00 && code <= 0xff0f)) return OTHER;
  return LETTER;
}

/** Kind at a place in a text; outside it is white space. */
export function kindAt(prompt: string, index: number): number {
  return index >= 0 && index < prompt.length ? kindOf(prompt.charCodeAt(index)) : SPACE;
}

/** Whether a code unit is Chinese, Japanese or Korean. */
export function isCjk(code: number): boolean {
  return code >= 0x3040 && ((code <= 0x9fff && code >= 0x3400) || code <= 0x30ff || (code >= 0xac00 && code <= 0xd7af));
}

/** UTF-8 bytes beyond the first. Each half of a surrogate pair is two of its four bytes. */
export function extraBytes(code: number): number {
  return code < 0x800 || isSurrogate(code) ? 1 : 2;
}

/** Half of a character outside the basic plane. */
export function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff;
}

/** A half without its other half is encoded as U+FFFD, in three bytes instead of two. */
export function countLoneSurrogates(prompt: string): number {
  let lone = 0;
  for (const character of prompt) {
    if (character.length === 1 && isSurrogate(character.charCodeAt(0))) lone += 1;
  }
  return lone;
}
