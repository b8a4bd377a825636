/** So many spellings are remembered; a longer list of clients only costs time. */
const MAX_REMEMBERED = 4096;
const folded = new Map<string, string>();

/**
 * What people take for the same name is one name, with one budget: trimmed, NFKC and case-folded, white space inside
 * collapsed, invisible characters left out. `Acme`, ` acme ` and `ＡＣＭＥ` all become `acme`. For comparing only; the
 * spelling that came first is what people see.
 */
export function foldTagValue(value: string): string {
  const known = folded.get(value);
  if (known !== undefined) return known;
  // Upper and then lower case stands in for Unicode's case folding, so that ß meets ss and ς meets σ.
  const result = value
    .normalize("NFKC")
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC")
    .replaceAll(/[\s\p{Cc}]+/gu, " ")
    .trim();
  if (folded.size >= MAX_REMEMBERED) folded.clear();
  folded.set(value, result);
  return result;
}

/** Whether two values name the same client, campaign or whatever the tag is for. */
export function isSameTagValue(left: string, right: string): boolean {
  return left === right || foldTagValue(left) === foldTagValue(right);
}

/** The one of these spellings that names the same as `value`; the first when there are several. */
export function findSpelling(spellings: Iterable<string>, value: string): string | undefined {
  const wanted = foldTagValue(value);
  for (const spelling of spellings) if (spelling === value || foldTagValue(spelling) === wanted) return spelling;
  return undefined;
}

/** What a tag may be called: small letters, digits, `-` and `_`, starting with a letter, at most 40. */
export const TAG_NAME: RegExp = /^[a-z][a-z0-9_-]{0,39}$/;
