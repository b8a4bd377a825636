/**
 * The forms in which a secret may turn up in a log: as it is, trimmed, in base64 and base64url (also as part of a
 * longer text, at each of the three alignments), URL-encoded, and escaped as in JSON. The runner masks exact strings only.
 * Nothing comes back for values shorter than 6 characters, which would blot out ordinary text.
 */
export function secretForms(value: string): readonly string[] {
  const trimmed = value.trim();
  if (trimmed.length < 6) return [];
  const bytes = Buffer.from(trimmed);
  const base64 = bytes.toString("base64");
  const forms = [
    value,
    trimmed,
    base64,
    bytes.toString("base64url"),
    ...[1, 2, 3].map((shift) => innerBase64(bytes, shift)),
    encodeURIComponent(trimmed),
    JSON.stringify(trimmed).slice(1, -1),
    ...trimmed.split(/[\r\n]+/).map((line) => line.trim()),
  ];
  return [...new Set(forms)].filter((form) => form.length >= 6);
}

/** The part of the base64 text that does not depend on what stands before and after the secret. */
function innerBase64(bytes: Buffer, shift: number): string {
  const whole = bytes.subarray(3 - shift);
  return whole.subarray(0, whole.length - (whole.length % 3)).toString("base64");
}
