import type { Dispatcher } from "undici";
import { lookUpPublicHost } from "./public-host-lookup.ts";

/**
 * Connections without fetch's limits for slow replies, through the proxy that the environment names.
 *
 * @param publicOnly - names that lead to private addresses are refused, unless a proxy resolves them.
 */
export async function openDispatcher(
  env: Readonly<Record<string, string | undefined>>,
  publicOnly: boolean,
): Promise<Dispatcher> {
  const { Agent, EnvHttpProxyAgent } = await import("undici");
  const connect = { timeout: 30_000 };
  const settings = { headersTimeout: 0, bodyTimeout: 0, connect };
  const httpProxy = env["http_proxy"] ?? env["HTTP_PROXY"];
  const httpsProxy = env["https_proxy"] ?? env["HTTPS_PROXY"];
  if (!httpProxy && !httpsProxy) {
    return new Agent(publicOnly ? { ...settings, connect: { ...connect, lookup: lookUpPublicHost } } : settings);
  }
  return new EnvHttpProxyAgent({
    ...settings,
    ...(httpProxy ? { httpProxy } : {}),
    ...(httpsProxy ? { httpsProxy } : {}),
    noProxy: env["no_proxy"] ?? env["NO_PROXY"] ?? "",
  });
}
