import type { Booking } from "../bank/bank.ts";
import type { ImageOrder } from "../images/image-studio.ts";

/** What a provider knows of a job when it takes it. */
export interface JobDraft {
  readonly provider: string;
  readonly model: string;
  readonly operation: string;
  readonly prompt: string;
  readonly id: string;
  /** The body of the request, for providers that show it again. */
  readonly input: unknown;
  readonly orders: readonly ImageOrder[];
  readonly microUsdPerImage: number;
  /** In the provider's own unit, for all images. */
  readonly billedUnits: number;
}

/** A job in a provider's queue. */
export interface QueuedJob extends JobDraft {
  readonly createdAtMs: number;
  state: "queued" | "running" | "succeeded" | "failed" | "canceled";
  orders: readonly ImageOrder[];
  failure: "refused" | "server" | undefined;
  endedAtMs: number | undefined;
  booking: Booking | undefined;
  /** Fewer images than asked for. */
  isPartial: boolean;
  /** Its files are cut off. */
  truncated: boolean;
  /** Billed units to state instead of the real ones. */
  stated: { readonly units: unknown } | undefined;
  /** Resolves when it has ended. */
  ended: Promise<void>;
}

/** The jobs that providers have taken. */
export class JobShelf {
  readonly #jobs = new Map<string, QueuedJob>();

  put(job: QueuedJob): void {
    this.#jobs.set(`${job.provider} ${job.id}`, job);
  }

  find(provider: string, id: string): QueuedJob | undefined {
    return this.#jobs.get(`${provider} ${id}`);
  }

  clear(): void {
    this.#jobs.clear();
  }
}
