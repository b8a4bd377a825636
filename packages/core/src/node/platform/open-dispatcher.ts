import type { Dispatcher } from "undici";
import { ArtdeskError } from "../../basics/errors.ts";
import { lookUpPublicHost } from "./public-host-lookup.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** Options of a request whose sender wants to know when it begins to leave. */
export interface WatchedOptions extends Dispatcher.RequestOptions {
  /** Called when the connection stands and the first byte is about to be written. */
  onSending: () => void;
}

/**
 * Connections without fetch's limits for slow replies, through the proxy that the environment names.
 *
 * @param publicOnly - names that lead to private addresses are refused, unless a proxy resolves them.
 * @throws ArtdeskError `invalid_request` for a proxy that is no address
 */
export async function openDispatcher(env: Environment, publicOnly: boolean): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import("undici");
  const connect = { timeout: 30_000 };
  const settings = { headersTimeout: 0, bodyTimeout: 0, connect };
  const httpProxy = proxyOf(env, "http");
  const httpsProxy = proxyOf(env, "https");
  const base =
    !httpProxy && !httpsProxy
      ? new Agent(publicOnly ? { ...settings, connect: { ...connect, lookup: lookUpPublicHost } } : settings)
      : new EnvHttpProxyAgent({
          ...settings,
          ...(httpProxy ? { httpProxy: httpProxy.url } : {}),
          ...(httpsProxy ? { httpsProxy: httpsProxy.url } : {}),
          noProxy: env["no_proxy"] ?? env["NO_PROXY"] ?? "",
        });
  return base.compose((dispatch) => (options, handler) => {
    const { onSending } = options as Partial<WatchedOptions>;
    const start = handler.onRequestStart?.bind(handler);
    // Each request has a handler of its own, which is told before the first byte is written.
    handler.onRequestStart = (controller, context) => {
      onSending?.();
      start?.(controller, context);
    };
    return dispatch(options, handler);
  });
}

/** The variable that names the proxy for an address, and the proxy's own address; undefined without one. */
export function proxyOf(env: Environment, scheme: "http" | "https"): { variable: string; url: string } | undefined {
  for (const variable of [`${scheme}_proxy`, `${scheme.toUpperCase()}_PROXY`]) {
    const written = env[variable]?.trim();
    if (!written) continue;
    // Without a scheme people mean http, as curl and git take it.
    const url = written.includes("://") ? written : `http://${written}`;
    if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return { variable, url };
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `${variable} is not the address of a proxy.`,
      hint: "Write it without quotes, for example http://proxy.example:8080.",
    });
  }
  return undefined;
}
