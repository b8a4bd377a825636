import type { ArtdeskError } from "../basics/errors.ts";
import type { OnEvent } from "../basics/events.ts";
import type { AbortSignalLike, Clock, Codec, Http, Journal, JournalEntry, Random } from "../basics/ports.ts";
import type { Attempt } from "../basics/receipt.ts";
import type { ReceivedImage } from "../basics/types.ts";
import type { Policy } from "../decide/policy/policy.ts";
import type { Provider, ProviderCall } from "../models/adapter/provider.ts";
import type { CatalogueRow } from "../models/rows/row.ts";
import type { Ledger, Reservation } from "./ledger/ledger-types.ts";
import type { Overruns } from "./overruns.ts";
import type { Pacer } from "./schedule/pacer.ts";

/** The outside world of one attempt. */
export interface AttemptHost {
  http: Http;
  clock: Clock;
  random: Random;
  codec: Codec;
  ledger: Ledger;
  journal: Journal;
  /** Remembers calls that cost more than was set aside. @default nobody does */
  overruns?: Overruns | undefined;
  /** Lets calls start only as fast as the provider allows. @default at once */
  pacer?: Pacer | undefined;
}

/** POSTs that one request may still send, retries and fallbacks together. */
export interface PostAllowance {
  left: number;
}

export interface AttemptTask {
  provider: Provider;
  row: CatalogueRow;
  call: ProviderCall;
  /** Money for this call, `held`. */
  reservation: Reservation;
  /** Which of the request's images this call makes, counted from 0. */
  positions: readonly number[];
  journalNote: string;
  /** For the two steps of one image: see {@link JournalEntry}. */
  twoStep?: Pick<JournalEntry, "enlarge" | "base"> | undefined;
  policy: Policy;
  allowance: PostAllowance;
  /** POSTs to leave for offers that come later. */
  keepPosts: number;
  signal: AbortSignalLike | undefined;
  /** Aborting it ends a wait; a call under way finishes. */
  stop?: AbortSignalLike | undefined;
  onEvent: OnEvent;
}

export interface AttemptResult {
  images: readonly ReceivedImage[];
  attempt: Attempt;
  error: ArtdeskError | undefined;
  /** The journal or the ledger could not be written: nothing more may be bought. */
  booksError: ArtdeskError | undefined;
  /** What people have to know about money or images of this call, though nothing failed. */
  warnings: readonly string[];
  /** How long the call waited for the provider's limit before it was sent, for people. */
  waitNote: string | undefined;
}
