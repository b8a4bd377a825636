/** Tokens of one kind at one price. */
export interface TokenCharge {
  readonly tokens: number;
  /** US dollars per million tokens, as the provider publishes it. The same number is micro-USD per token. */
  readonly usdPerMillionTokens: number;
}

/** One billed call, as the bank saw it. */
export interface StatementEntry {
  readonly provider: string;
  /** The model id of the request. */
  readonly model: string;
  /** OpenAI's `x-request-id`, Gemini's `responseId`. The client never learns it when the connection was cut. */
  readonly requestId: string;
  /** Images billed. 0 for a call that paid for input or thinking but made no image. */
  readonly images: number;
  readonly microUsd: number;
  /** When the call was booked: Unix time in milliseconds, by the simulator's clock. */
  readonly timeMs: number;
  /**
   * `true`: every billed image was sent whole. `"partial"`: fewer images than asked were made; these were sent.
   * `false`: the images were billed but no usable one was sent (cut, garbage, truncated, client gone, blocked).
   */
  readonly delivered: boolean | "partial";
  readonly operation: string;
  /** Made by a batch, at its price. */
  readonly batch?: boolean | undefined;
}

export interface Statement {
  readonly entries: readonly StatementEntry[];
  readonly totalMicroUsd: number;
  readonly images: number;
}

/** A booked entry that can still learn how its reply fared. */
export interface Booking {
  setDelivered(delivered: StatementEntry["delivered"]): void;
}

const PICO_USD_PER_MICRO_USD = 1_000_000n;

/**
 * The billing rule: add up tokens x price exactly (in pico-USD, integers), then round up once to a whole
 * micro-USD. One rounding per billed HTTP call, whatever its number of images.
 *
 * @returns integer micro-USD
 */
export function costMicroUsd(charges: readonly TokenCharge[]): number {
  let totalPicoUsd = 0n;
  for (const { tokens, usdPerMillionTokens } of charges) {
    totalPicoUsd += BigInt(tokens) * BigInt(Math.round(usdPerMillionTokens * 1_000_000));
  }
  return Number((totalPicoUsd + PICO_USD_PER_MICRO_USD - 1n) / PICO_USD_PER_MICRO_USD);
}

/** Keeps every billed call. A call is booked when it is accepted, before latency and faults play. */
export class Bank {
  #entries: StatementEntry[] = [];

  book(entry: Omit<StatementEntry, "delivered">): Booking {
    const entries = this.#entries;
    const index = entries.push({ ...entry, delivered: false }) - 1;
    return {
      setDelivered(delivered): void {
        const booked = entries[index];
        if (booked) entries[index] = { ...booked, delivered };
      },
    };
  }

  statement(): Statement {
    const entries = [...this.#entries];
    return {
      entries,
      totalMicroUsd: entries.reduce((total, entry) => total + entry.microUsd, 0),
      images: entries.reduce((total, entry) => total + entry.images, 0),
    };
  }

  reset(): void {
    this.#entries = [];
  }
}
