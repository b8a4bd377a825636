import type { ProviderConnection } from "../../assets/config/config.ts";
import { ArtdeskError } from "../../basics/errors.ts";
import type { RemoteProvider } from "../../models/adapter/provider.ts";

/** The header that carries the key. */
export function signature(
  { auth: { header, prefix } }: RemoteProvider,
  way: ProviderConnection["auth"],
  key: string | undefined,
): Record<string, string> {
  if (key === undefined || way === "none") return {};
  if (way === "api-key") return { "api-key": key };
  return way === "bearer" ? { authorization: `Bearer ${key}` } : { [header]: prefix + key };
}

/** Where a request goes. Throws `invalid_request` for a base URL that is no address: nothing is sent. */
export function addressOf({ id, auth }: RemoteProvider, baseUrl: string, path: string): URL {
  const base = baseUrl.trim();
  if (/^https?:\/\/[^/]/i.test(base) && URL.canParse(base)) return new URL(base.replace(/\/+$/, "") + path);
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `The base URL of ${id} is not an address: ${JSON.stringify(baseUrl.slice(0, 80))}.`,
    hint: `Write it with https:// and without quotes, in ${auth.baseUrlVariable} or under providers.${id}.base_url.`,
    provider: id,
  });
}

/** A header holds visible ASCII only: anything else in a key came with it from a page or a document. */
export function requireCleanKey({ id, auth: { keyVariable } }: RemoteProvider, key: string): void {
  const wrong = /[^\x21-\x7e]/u.exec(key)?.[0];
  if (wrong === undefined) return;
  const code = wrong.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0");
  throw new ArtdeskError({
    code: "auth_failed",
    shortMessage: `${keyVariable} holds a character that no key has (U+${code}); nothing was sent.`,
    hint: "Copy the key again, without the quotes and line breaks around it.",
    provider: id,
  });
}

/** Nothing to sign with: nothing is sent. */
export function missingKey(id: string, provider: RemoteProvider | undefined): ArtdeskError {
  return new ArtdeskError({
    code: "auth_failed",
    shortMessage: `No key for ${provider?.name ?? id}.`,
    hint: provider && `Set ${provider.auth.keyVariable}.`,
    provider: id,
  });
}
