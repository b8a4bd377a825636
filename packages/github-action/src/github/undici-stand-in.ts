import type * as Undici from "undici";

/*
 * What GitHub's own packages import from undici, for the bundle. They would load all of it at start, for the sake of
 * proxies. Here Node's own fetch serves, and undici itself is loaded only where a proxy is set.
 */
type AgentOptions = ConstructorParameters<typeof Undici.ProxyAgent>[0];

/** Remembers what it was made with, until a request goes through it. */
export class ProxyAgent {
  readonly options: AgentOptions;

  constructor(options: AgentOptions) {
    this.options = options;
  }
}

/** Node's fetch; undici's own, with its proxy agent, when the caller brings one. */
export async function fetch(
  url: string,
  { dispatcher, ...options }: RequestInit & { dispatcher?: ProxyAgent | undefined } = {},
): Promise<unknown> {
  if (dispatcher === undefined) return globalThis.fetch(url, options);
  const undici = await import("undici");
  const requestOptions = { ...options, dispatcher: new undici.ProxyAgent(dispatcher.options) };
  return undici.fetch(url, requestOptions as Parameters<typeof Undici.fetch>[1]);
}
