import { ArtdeskError, type ArtdeskErrorOptions } from "../../basics/errors.ts";
import { PRIVATE_ADDRESS_CODE } from "./public-host-lookup.ts";

/** A call that failed without a reply. */
export interface FailedSend {
  provider: string;
  /** The provider's name as people know it. */
  providerName: string;
  signal: AbortSignal;
  timeoutMs: number;
  /** Whether the request had begun to leave this machine: from then on nobody knows what the provider has done. */
  wasSent: boolean;
  /** The address goes through a proxy that this variable names. */
  proxyVariable: string | undefined;
}

/** Says what an error of a connection means, and whether the call may have been billed: never before a byte has left. */
export function sendError(error: unknown, failed: FailedSend): ArtdeskError {
  const { provider, signal, timeoutMs, wasSent } = failed;
  const billed = wasSent ? "unknown" : "no";
  const tell = (options: Omit<ArtdeskErrorOptions, "provider" | "cause">): ArtdeskError =>
    new ArtdeskError({ billed, ...options, provider, cause: error });
  if (signal.aborted && signal.reason === "timeout") {
    const seconds = Math.round(timeoutMs / 1000);
    return tell({
      code: "timeout",
      shortMessage: wasSent ? `No full answer within ${seconds} s.` : `No connection within ${seconds} s.`,
    });
  }
  if (signal.aborted)
    return tell({ code: "aborted", shortMessage: wasSent ? "Stopped during the call." : "Stopped before the call." });
  const code = errorCode(error);
  if (code === PRIVATE_ADDRESS_CODE) {
    return tell({
      code: "bad_response",
      shortMessage: "The image's address in the reply is refused: its host leads to a private address.",
      hint: "The image may have been billed. Look at the provider's own pages for it.",
      billed: "unknown",
    });
  }
  if (code !== undefined && PACKING.test(code))
    return tell({
      code: "bad_response",
      shortMessage: "The reply was packed on the way and cannot be unpacked.",
      details: code,
    });
  if (wasSent) return tell({ code: "network", shortMessage: "The connection was cut during the call.", details: code });
  return tell({ code: "network", details: code ?? messageOf(error), ...causeOf(error, code, failed) });
}

/** Why nothing could be sent, and the one thing to do. */
function causeOf(
  error: unknown,
  code: string | undefined,
  { providerName, proxyVariable }: FailedSend,
): { shortMessage: string; hint: string; code?: "auth_failed" | "network" } {
  const refusedBy = /Proxy response \((\d{3})\)/.exec(messageOf(error))?.[1];
  if (refusedBy !== undefined) {
    const hint = `Look at ${proxyVariable ?? "the proxy's address"}: user name, password, and what the proxy lets through.`;
    return { shortMessage: `The proxy refused (${refusedBy}); nothing was sent to ${providerName}.`, hint };
  }
  if (code !== undefined && CERTIFICATE.test(code)) {
    return {
      shortMessage: `${providerName}'s certificate is not trusted (${code}); nothing was sent.`,
      hint: "Check the base URL. For a company's own certificate, name its file in NODE_EXTRA_CA_CERTS.",
    };
  }
  if (code !== undefined && WRONG_PROTOCOL.test(code)) {
    return {
      shortMessage: `${providerName}'s address does not speak https (${code}); nothing was sent.`,
      hint: "Check http and https in the base URL, and in the proxy's address.",
    };
  }
  const through = proxyVariable === undefined ? "" : ` through the proxy of ${proxyVariable}`;
  return {
    shortMessage: `${providerName} could not be reached${through}; nothing was sent.`,
    hint: "Check the network, the proxy and the base URL.",
  };
}

/** Errors of zlib, brotli and zstd. */
const PACKING = /^(Z_|ERR__ERROR|ERR_BROTLI|ZSTD_)/;
const CERTIFICATE = /CERT|UNABLE_TO|SELF_SIGNED|ERR_TLS|CRL_|INVALID_CA|HOSTNAME_MISMATCH|PATH_LENGTH/;
const WRONG_PROTOCOL = /ERR_SSL|EPROTO|UND_ERR_SOCKET|HPE_/;

function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  return "cause" in error ? errorCode(error.cause) : undefined;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message} ${messageOf(error.cause)}`;
}
