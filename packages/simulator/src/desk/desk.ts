import type { Bank } from "../bank/bank.ts";
import type { RateLimiter } from "../bank/rate-limiter.ts";
import type { Timers } from "../basics/timers.ts";
import type { FaultScript } from "../faults/fault-script.ts";
import type { TruthBook } from "../images/adherence.ts";
import type { ImageStudio } from "../images/image-studio.ts";
import type { BatchRoom } from "./batch-room.ts";
import type { JobShelf } from "./job-shelf.ts";

/** What the simulator lends to every provider. */
export interface Desk {
  readonly seed: number;
  readonly bank: Pick<Bank, "book">;
  readonly batchRoom: BatchRoom;
  readonly faults: FaultScript;
  readonly images: ImageStudio;
  /** What the drawn images show. */
  readonly truth: TruthBook;
  readonly timers: Timers;
  readonly rateLimiter: RateLimiter;
  readonly jobs: JobShelf;
  /** Added to every paid call. */
  readonly latencyMs: number;
  /** Forces `output_tokens_details` of OpenAI on or off; `undefined` leaves it to the model. */
  readonly openaiOutputDetails: boolean | undefined;
  /** Unix time in milliseconds. */
  nowMs(): number;
  /** A fresh identifier: 32 hexadecimal digits, fixed by the seed and the order of the calls. */
  nextId(): string;
}
