const DEEPEST_CAUSE = 5;

/**
 * The platform's code of an error (`ECONNRESET`, `ENOTFOUND`, ...), wherever n8n and its HTTP client have put it:
 * in `code`, in n8n's `httpCode`, or in a cause.
 */
export function errorCodeOf(error: unknown): string | undefined {
  let current: unknown = error;
  for (let depth = 0; depth < DEEPEST_CAUSE && typeof current === "object" && current !== null; depth += 1) {
    const { code, httpCode, cause } = current as { code?: unknown; httpCode?: unknown; cause?: unknown };
    for (const found of [code, httpCode])
      if (typeof found === "string" && /^[A-Z][A-Z0-9_]+$/.test(found)) return found;
    current = cause;
  }
  return undefined;
}
