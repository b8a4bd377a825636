/** A rate with the range in which the true one lies 95 times out of 100. */
export interface RateInterval {
  successes: number;
  trials: number;
  /** `successes / trials`; undefined without trials. */
  rate: number | undefined;
  low: number;
  high: number;
}

/** 97.5 % quantile of the normal distribution: both tails leave 5 %. */
const Z = 1.959964;

/** Wilson score interval (Wilson 1927), which stays within 0 and 1 and holds for few trials. */
export function wilsonInterval(successes: number, trials: number): RateInterval {
  if (trials === 0) return { successes, trials, rate: undefined, low: 0, high: 1 };
  const rate = successes / trials;
  const denominator = 1 + Z ** 2 / trials;
  const center = (rate + Z ** 2 / (2 * trials)) / denominator;
  const half = (Z * Math.sqrt((rate * (1 - rate)) / trials + Z ** 2 / (4 * trials ** 2))) / denominator;
  return { successes, trials, rate, low: Math.max(0, center - half), high: Math.min(1, center + half) };
}
