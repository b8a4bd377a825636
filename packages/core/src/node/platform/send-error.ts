import { ArtdeskError } from "../../basics/errors.ts";
import { PRIVATE_ADDRESS_CODE } from "./public-host-lookup.ts";

/** Errors that mean that no byte of the request can have reached the provider. */
const NEVER_SENT = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** Says what an error of a connection means, and whether the call may have been billed. */
export function sendError(error: unknown, provider: string, signal: AbortSignal, timeoutMs: number): ArtdeskError {
  if (signal.aborted && signal.reason === "timeout") {
    return new ArtdeskError({
      code: "timeout",
      shortMessage: `No full answer within ${Math.round(timeoutMs / 1000)} s.`,
      provider,
      billed: "unknown",
      cause: error,
    });
  }
  if (signal.aborted) {
    return new ArtdeskError({
      code: "aborted",
      shortMessage: "Stopped during the call.",
      provider,
      billed: "unknown",
      cause: error,
    });
  }
  const code = errorCode(error);
  if (code === PRIVATE_ADDRESS_CODE) {
    return new ArtdeskError({
      code: "bad_response",
      shortMessage: "The image's address in the reply is refused: its host leads to a private address.",
      hint: "The image may have been billed. Look at the provider's own pages for it.",
      provider,
      billed: "unknown",
      cause: error,
    });
  }
  const neverSent = code !== undefined && NEVER_SENT.has(code);
  return new ArtdeskError({
    code: "network",
    shortMessage: neverSent ? "The provider could not be reached." : "The connection was cut during the call.",
    details: code,
    hint: neverSent ? "Check the network, the proxy and the base URL." : undefined,
    provider,
    billed: neverSent ? "no" : "unknown",
    cause: error,
  });
}

function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return "cause" in error ? errorCode(error.cause) : undefined;
}
