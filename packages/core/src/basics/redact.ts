const REDACTED = "[redacted]";
const DEFAULT_MAX_CHARACTERS = 2_000;

/** Each pattern keeps its group 1 (what names the secret) and loses the rest. Linear: no nested repetition. */
const SECRETS: readonly RegExp[] = [
  // Headers and JSON fields: authorization, x-goog-api-key, api_key, access_token, client_secret, password, cookie.
  /((?:authorization|(?:x-)?(?:goog-)?api[-_]?key|[a-z]{0,12}[-_]?(?:token|secret|signature)|password|(?:set-)?cookie)["']?\s{0,3}[:=]\s{0,3}["']?)(?:(?:bearer|basic|key|token)\s{1,3})?[^\s"',;&)}\]]{4,}/gi,
  // `Bearer ABC`, `Key ABC`.
  /\b((?:bearer|basic|key|token)\s{1,3})(?=[^\s"']{0,200}\d)[A-Za-z0-9._~+/:=-]{16,}/gi,
  // URL credentials and key-like query parameters.
  /(\/\/)[^\s/@:"']{1,256}:[^\s/@"']{1,256}(?=@)/g,
  /([?&](?:key|sig|[a-z-]{0,24}(?:key|token|signature|credential))=)[^&\s"']+/gi,
  // Keys by their own shape: OpenAI and OpenRouter, Google, Replicate, GitHub, fal.
  /()\bsk-[A-Za-z0-9*_-]{6,}/g,
  /()\bAIza[A-Za-z0-9*_-]{6,}/g,
  /()\bAQ\.[A-Za-z0-9_-]{16,}/g,
  /()\br8_[A-Za-z0-9*]{6,}/g,
  /()\b(?:gh[opsur]_|github_pat_)[A-Za-z0-9_]{10,}/g,
  /()\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:[0-9a-f]{16,}/gi,
];

/** A run this long with letters and digits is a token, a hash or an image, none of which belongs into a message. */
const LONG_TOKEN = /[A-Za-z0-9_+/=-]{40,}/g;

/**
 * Takes key-like material out of a text: authorization headers, API keys, URL credentials, signed query parameters and
 * long tokens. Cuts the text to `maxCharacters`.
 */
export function redact(text: string, maxCharacters: number = DEFAULT_MAX_CHARACTERS): string {
  // Cut first with room to spare, so that a huge body costs nothing; what is cut cannot leak.
  let safe = text.slice(0, maxCharacters * 2);
  for (const pattern of SECRETS) safe = safe.replace(pattern, `$1${REDACTED}`);
  safe = safe.replace(LONG_TOKEN, (run) => (/[0-9]/.test(run) && /[A-Za-z]/.test(run) ? REDACTED : run));
  return safe.length <= maxCharacters ? safe : `${safe.slice(0, maxCharacters)}…`;
}
