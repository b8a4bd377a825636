import type { JudgedOffer, LedgerEntry } from "../../buy/ledger/ledger-types.ts";

/** How often an offer was judged, and how often everything was there. */
export interface PassCount {
  judged: number;
  passed: number;
}

/** What the ledger knows about how often an offer gives what was asked for. */
export class PassHistory {
  readonly #counts = new Map<string, { judged: number; passed: number }>();

  constructor(entries: readonly Pick<LedgerEntry, "judged">[] = []) {
    for (const { judged } of entries) if (judged) this.add(judged);
  }

  add({ model, quality, briefClass, passed }: JudgedOffer): void {
    for (const key of [offerKey(model, quality, briefClass), briefClass]) {
      const count = this.#counts.get(key) ?? { judged: 0, passed: 0 };
      count.judged += 1;
      if (passed) count.passed += 1;
      this.#counts.set(key, count);
    }
  }

  /** Of one model at one quality, for one class of prompts. */
  of(model: string, quality: string, briefClass: string): PassCount {
    return this.#counts.get(offerKey(model, quality, briefClass)) ?? { judged: 0, passed: 0 };
  }

  /** Of all offers together. */
  ofClass(briefClass: string): PassCount {
    return this.#counts.get(briefClass) ?? { judged: 0, passed: 0 };
  }
}

function offerKey(model: string, quality: string, briefClass: string): string {
  return `${briefClass} ${model} ${quality}`;
}
