import { ArtdeskError } from "../../basics/errors.ts";

/** Where a ledger server is, in words that are safe to show. */
export interface StoreAddress {
  /** `redis://host:port`: no user, no password, no parameters. */
  label: string;
  /** The `unavailable` error for what a driver threw. */
  unavailable(error: unknown): ArtdeskError;
}

/** Reads a server's URL. Throws `invalid_request` without repeating the URL, which may hold a password. */
export function parseStoreAddress(url: string, defaultPort: number): StoreAddress {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `The ledger's address (${url.slice(0, url.indexOf(":"))}:…) is not a valid URL.`,
      hint: "Write scheme://user:password@host:port/database, with special characters of the password percent-encoded.",
    });
  }
  const host = parsed.hostname || parsed.searchParams.get("host") || "localhost";
  const label = `${parsed.protocol}//${host}:${parsed.port || defaultPort}`;
  const secrets = [parsed.password, decodePercent(parsed.password), url].filter((secret) => secret !== "");
  return {
    label,
    unavailable(error) {
      let reason = reasonOf(error);
      for (const secret of secrets) reason = reason.replaceAll(secret, "***");
      return new ArtdeskError({
        code: "unavailable",
        shortMessage: `The ledger at ${label} is not available: ${reason}.`,
        hint: "Check that the server runs and that address, user and password are right; then run this again.",
      });
    },
  };
}

/** Loads a driver that is installed only where it is needed. Throws `unavailable` saying how to install it. */
export async function loadDriver<T>(name: string, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (error) {
    const missing = error instanceof Error && "code" in error && error.code === "ERR_MODULE_NOT_FOUND";
    throw new ArtdeskError({
      code: "unavailable",
      shortMessage: missing
        ? `This ledger needs the package "${name}", which is not installed.`
        : `The package "${name}", which this ledger needs, could not be loaded.`,
      hint: `Install it: npm install ${name}`,
      cause: error,
    });
  }
}

/** Rejects, after calling `onTimeout`, when `promise` takes longer. */
export async function withinTime<T>(promise: Promise<T>, timeoutMs: number, onTimeout: () => void): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      onTimeout();
      reject(new Error(`no answer within ${timeoutMs / 1000} s`));
    }, timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** `localhost` with two addresses gives an error without a message of its own. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  return (error.message || error.name).replace(/\.$/, "");
}
