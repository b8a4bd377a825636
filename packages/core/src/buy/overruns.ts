/** What models have billed above what was set aside for a call: their next calls set that much aside. */
export class Overruns {
  /** By model: how many times the worst case of its prices a call has cost. */
  readonly #factors = new Map<string, number>();

  /** A call of this model has cost `costMicroUsd`; `reservedMicroUsd` were set aside for it. */
  learn(model: string, costMicroUsd: number, reservedMicroUsd: number): void {
    if (costMicroUsd <= reservedMicroUsd || reservedMicroUsd <= 0) return;
    this.#factors.set(model, this.#factorOf(model) * (costMicroUsd / reservedMicroUsd));
  }

  /** What to set aside for a call whose worst case by its prices is `worstCaseMicroUsd`. Micro-USD. */
  amountFor(model: string, worstCaseMicroUsd: number): number {
    return Math.ceil(worstCaseMicroUsd * this.#factorOf(model));
  }

  #factorOf(model: string): number {
    return this.#factors.get(model) ?? 1;
  }
}
