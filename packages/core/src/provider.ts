import type { CatalogueRow } from "./catalogue/row.ts";
import type { ArtdeskError } from "./errors.ts";
import type { Codec, HttpRequest, HttpResponse } from "./ports.ts";
import type { KnownLimits, Offer, ParsedRequest, ReceivedImage, Usage } from "./types.ts";

/** How the host signs requests of a provider and where it sends them. Data only: adapters never see a key. */
export interface ProviderAuth {
  /** Header that carries the key, in lower case. */
  header: string;
  /** What stands before the key, for example `Bearer `. */
  prefix: string;
  /** Environment variable of the key. */
  keyVariable: string;
  /** Environment variable that replaces the base URL. */
  baseUrlVariable: string;
  defaultBaseUrl: string;
}

/** One call that a provider is to make: `offer` of `request`, `count` images in this call. */
export interface ProviderCall {
  request: ParsedRequest;
  offer: Offer;
  /** The catalogue row of the offer's model: limits that a request may have to state. */
  row: CatalogueRow;
  /** Images asked for in this call: at most the row's `maxImagesPerCall`. */
  count: number;
  /** A sentence for people, for example which offer would have been used. Only providers that draw by themselves show it. */
  note?: string | undefined;
}

/** What a provider answered to one call. */
export interface ProviderReply {
  /** At least one, at most the count asked for. */
  images: readonly ReceivedImage[];
  usage: Usage | undefined;
  requestId: string | undefined;
  /**
   * What went wrong although these images came: others are missing or broken, or the end of the reply, with its usage,
   * did not arrive. `billed` is about what is missing.
   */
  problem?: ArtdeskError | undefined;
}

/**
 * A provider reached over HTTP: pure functions over data. `build` never fails for an offer of the plan.
 * `read` gets a 2xx reply and throws an `ArtdeskError` (`content_refused`, `bad_response`, `network`) with `billed`
 * and, when known, `usage`. `readError` turns any other reply into an error.
 */
export interface HttpProvider {
  kind: "http";
  id: string;
  /** The name people know, for example `OpenAI`. */
  name: string;
  auth: ProviderAuth;
  build(call: ProviderCall, codec: Codec): HttpRequest;
  read(response: HttpResponse, call: ProviderCall, codec: Codec): Promise<ProviderReply>;
  readError(response: HttpResponse, call: ProviderCall): Promise<ArtdeskError>;
  /** What the headers of a reply state about the account's limits. */
  readLimits?(headers: HttpResponse["headers"]): KnownLimits;
}

/** A provider that draws by itself: no key, no network, free. */
export interface LocalProvider {
  kind: "local";
  id: string;
  name: string;
  draw(call: ProviderCall, codec: Codec): ProviderReply;
}

export type Provider = HttpProvider | LocalProvider;

/** Gives a provider its type. */
export function defineProvider<T extends Provider>(provider: T): T {
  return provider;
}
