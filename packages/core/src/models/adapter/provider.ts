import type { ArtdeskError } from "../../basics/errors.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { KnownLimits, Offer, ParsedRequest, ReceivedImage, Usage } from "../../basics/types.ts";
import type { CatalogueRow } from "../rows/row.ts";

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
  /** A free GET that fails without a valid key. @default "/models", for job providers none */
  keyCheckPath?: string | undefined;
  /** Another address of the provider, which answers questions about prices and keys and takes no jobs. */
  platform?: { baseUrlVariable: string; defaultBaseUrl: string; keyCheckPath: string } | undefined;
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
  /** At most the count asked for; none only beside `links`, or `extras` or `unreadable` with the reason in `problem`. */
  images: readonly ReceivedImage[];
  /** What came besides, paid for all the same: drafts, or more images than were asked for. @default none */
  extras?: readonly ReceivedImage[] | undefined;
  /** Images that the reply only points to: still to be fetched. @default none */
  links?: readonly JobFile[] | undefined;
  /** What came in an image's place and cannot be read as one, as received: paid for, so it is kept. @default none */
  unreadable?: readonly Uint8Array[] | undefined;
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
  /** Where it is and what it serves is up to the user: it has no address and no rows of its own. */
  modelsByHand?: boolean | undefined;
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

/** A job that a provider has accepted, named so that a later process can ask for it. */
export interface ProviderJob {
  /** The provider's own id. */
  id: string;
  /** The model's id in the catalogue. */
  model: string;
}

/** A finished image that waits to be fetched. */
export interface JobFile {
  /** Absolute address, as the reply names it: not trusted. */
  url: string;
  /** Media type as the reply states it, if it does. */
  declaredType?: string | undefined;
}

/**
 * Where a job stands. `failed` is a definite end: its error says for sure whether it was billed. Whatever a question
 * throws instead leaves the end open.
 */
export type JobStep =
  | { kind: "wait" }
  | { kind: "ask"; question: JobQuestion }
  | { kind: "done"; files: readonly JobFile[]; billedUnits: number | undefined }
  | { kind: "failed"; error: ArtdeskError };

/** A request about a job, safe to repeat, and how to read any reply to it, whatever its status. */
export interface JobQuestion {
  request: HttpRequest;
  read(response: HttpResponse): Promise<JobStep>;
}

/**
 * A provider that takes a job, answers with an id, and has the images later. `build` makes the request that submits;
 * after its 2xx reply the job may be billed, whatever happens to the connection.
 */
export interface JobProvider {
  kind: "job";
  id: string;
  /** The name people know, for example `Replicate`. */
  name: string;
  auth: ProviderAuth;
  build(call: ProviderCall, codec: Codec): HttpRequest;
  /** Reads the id out of a 2xx reply to `build`. Throws `bad_response`, `billed: "unknown"`, when there is none. */
  readSubmitted(response: HttpResponse, call: ProviderCall): Promise<ProviderJob>;
  /** Asks how a job stands. */
  status(job: ProviderJob): JobQuestion;
  /** Withdraws a job; undefined where withdrawn jobs are charged. */
  cancel: ((job: ProviderJob) => HttpRequest) | undefined;
  /** Turns a reply to `build` that is not 2xx into an error. */
  readError(response: HttpResponse, call: ProviderCall): Promise<ArtdeskError>;
}

/** A provider that needs a key and the network. */
export type RemoteProvider = HttpProvider | JobProvider;

export type Provider = RemoteProvider | LocalProvider;

/** Gives a provider its type. */
export function defineProvider<T extends Provider>(provider: T): T {
  return provider;
}
