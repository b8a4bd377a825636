/** The part of `AbortSignal` that core uses. */
export interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: "abort", listener: () => void): void;
}

/** Time, given by the host so that tests own it. */
export interface Clock {
  /** Milliseconds since 1970-01-01 UTC. */
  nowMs(): number;
  /** Resolves after `durationMs`, or at once when the signal aborts (it never rejects). */
  sleep(durationMs: number, signal?: AbortSignalLike): Promise<void>;
}

/** Chance, given by the host so that tests own it. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** A new unique id of letters, digits and dashes. */
  id(): string;
}

/** Byte work that each platform does natively. */
export interface Codec {
  /** Lower-case hex SHA-256; a string is hashed as UTF-8. */
  sha256Hex(data: Uint8Array | string): string;
  /** A SHA-256 of bytes that come piece by piece, so that no time is left to pay at the end. @default not offered */
  startSha256?: (() => Sha256) | undefined;
  encodeBase64(bytes: Uint8Array): string;
  /**
   * Decodes ASCII base64 (length a multiple of 4, no white space; padding only at the end) into `target` from `offset`.
   * @returns bytes written; fewer than the length says means that the text was not base64.
   */
  decodeBase64Into(ascii: Uint8Array, target: Uint8Array, offset: number): number;
}

/** A SHA-256 under way. */
export interface Sha256 {
  /** Takes the next piece; its memory may be used for something else afterwards. */
  update(bytes: Uint8Array): void;
  /** Ends it. @returns lower-case hex */
  hex(): string;
}

/** A request that a provider's adapter wants sent. The host adds the base URL and signs it. */
export interface HttpRequest {
  /** Whose base URL and key to use. */
  provider: string;
  method: "GET" | "POST" | "PUT" | "DELETE";
  /** Path below the provider's base URL, with its leading slash. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: Uint8Array | string | undefined;
}

/** A file to fetch from an address that a provider's reply named. */
export interface HttpDownload {
  /** Whose reply named it. */
  provider: string;
  /** Absolute address: not trusted. */
  url: string;
  /** No key goes along, wherever the address leads: a redirect named it. @default false */
  unsigned?: boolean | undefined;
}

/** A reply whose body has not been read yet. */
export interface HttpResponse {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** The body as it arrives. Leaving the loop early frees the connection. */
  body: AsyncIterable<Uint8Array>;
  /**
   * Says that a chunk will not be looked at again: the host may free its memory at once instead of when somebody
   * collects it. @default the host waits for that
   */
  release?: ((chunk: Uint8Array) => void) | undefined;
  /** Leaves the body unread and frees the connection at once. @default reading its beginning does it */
  leave?: (() => void) | undefined;
}

/**
 * Sends bytes. Every status is a reply, never an exception.
 * Rejects with an `ArtdeskError`: `network` or `timeout` with `billed: "no"` when nothing can have reached the provider
 * (name not resolved, connection refused), `billed: "unknown"` otherwise; `aborted` when the signal aborted.
 */
export interface Http {
  send(
    request: HttpRequest,
    options: { timeoutMs: number; signal?: AbortSignalLike | undefined },
  ): Promise<HttpResponse>;
  /**
   * Fetches a file with GET. The host asks `checkDownloadAddress` first, sends the key only to the origin of the
   * provider's base URL, follows no redirect (a 3xx is a reply), and where it resolves names itself refuses those that
   * lead to private addresses. Rejects as `send` does, and with `bad_response` for an address that is not allowed.
   */
  download(
    request: HttpDownload,
    options: { timeoutMs: number; signal?: AbortSignalLike | undefined },
  ): Promise<HttpResponse>;
  /** Whether this provider can be called: false gives the reason `key missing` in the plan. */
  hasKey(provider: string): boolean;
}

/** A value and the version to write it back with. */
export interface VersionedValue {
  value: string;
  version: string;
}

/**
 * The compare-and-swap port under the ledger. `write` succeeds only if the stored version still is `version`
 * (undefined: only if the key does not exist). Rejects with `unavailable` when the store cannot be reached.
 */
export interface LedgerStore {
  read(key: string): Promise<VersionedValue | undefined>;
  write(key: string, value: string, version: string | undefined): Promise<"ok" | "conflict">;
  /** Frees connections. */
  close?(): Promise<void>;
}

/** What the journal knows of an attempt before its first byte leaves. */
export interface JournalEntry {
  /** Attempt and reservation id. */
  attemptId: string;
  /** Run that owns the reservation. */
  run: string;
  /** The caller's own key, for example an asset id. */
  subject: string;
  /** Which of the request's images this call makes, counted from 0. */
  positions: readonly number[];
  /** The caller's own words, for a later run that finds this entry. */
  note: string;
  provider: string;
  model: string;
  quality: string;
  size: string;
  worstCaseMicroUsd: number;
  startedAtMs: number;
  /** Our own name for the batch that makes it, for calls that outlive their run. */
  batch?: string | undefined;
  /** Set when the image is only the first of two steps: by what, and to which size, it is to be enlarged. */
  enlarge?: { model: string; size: string } | undefined;
  /** Set on the second step: the attempt that made the image which this one enlarges. */
  base?: string | undefined;
}

/** A received image with what is needed to settle and deliver it later. */
export interface JournalImage {
  index: number;
  bytes: Uint8Array;
  mediaType: string;
  sha256: string;
}

/**
 * Durable notes on what is in flight, so that no paid image is lost: each call resolves only when its note would
 * survive the end of the process. The default journal keeps nothing.
 */
export interface Journal {
  begin(entry: JournalEntry): Promise<void>;
  /** The provider's own job id, before waiting for the job. */
  submitted(attemptId: string, requestId: string): Promise<void>;
  /** Images have arrived and `costMicroUsd` is what they cost: kept before the ledger is touched. */
  keep(attemptId: string, images: readonly JournalImage[], costMicroUsd: number, requestId?: string): Promise<void>;
  /**
   * Keeps images that came with a call besides those asked for: they are paid for, and delivered nowhere.
   * @returns where they lie, for people
   * @default they are not kept
   */
  keepExtras?(attemptId: string, images: readonly JournalImage[]): Promise<string>;
  /** The outcome is in the ledger. `unknown` entries stay until they are reconciled. */
  end(attemptId: string, outcome: "settled" | "released" | "unknown"): Promise<void>;
}
