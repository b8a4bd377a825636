import { platformId } from "../../models/adapter/platform-id.ts";
import type { Provider, RemoteProvider } from "../../models/adapter/provider.ts";

/**
 * The providers, and the other addresses that some of them have. Who sends jobs to an address of their own does not
 * have their key sent to the provider's: there the other address has to be given, too.
 */
export function withPlatforms(
  providers: Iterable<Provider>,
  env: Readonly<Record<string, string | undefined>>,
  baseUrls: Readonly<Record<string, string>> = {},
): Provider[] {
  return [...providers].flatMap((provider) => {
    if (provider.kind === "local") return provider;
    const { id, auth } = provider;
    const { platform } = auth;
    if (platform === undefined) return provider;
    const isRedirected = baseUrls[id] !== undefined || env[auth.baseUrlVariable] !== undefined;
    const other: RemoteProvider = {
      ...provider,
      id: platformId(id),
      auth: {
        ...auth,
        baseUrlVariable: platform.baseUrlVariable,
        defaultBaseUrl: isRedirected ? "" : platform.defaultBaseUrl,
      },
    };
    return [provider, other];
  });
}
