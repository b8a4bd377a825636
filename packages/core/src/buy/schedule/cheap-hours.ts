const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** Hours of each day (UTC) for work that can wait. May pass midnight: from 22:00 to 06:00. */
export interface CheapHours {
  /** Milliseconds since midnight UTC. */
  fromMs: number;
  toMs: number;
}

/** Reads `22:00-06:00`. Undefined for anything else, and for a span of no length. */
export function parseCheapHours(text: string): CheapHours | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  const fromMs = fromHour * HOUR_MS + fromMinute * MINUTE_MS;
  const toMs = toHour * HOUR_MS + toMinute * MINUTE_MS;
  return fromMs === toMs ? undefined : { fromMs, toMs };
}

/** The first moment from `nowMs` on that lies within the hours. Unix time in milliseconds. */
export function nextCheapMs({ fromMs, toMs }: CheapHours, nowMs: number): number {
  const sinceMidnightMs = nowMs % DAY_MS;
  const isWithin =
    fromMs < toMs
      ? sinceMidnightMs >= fromMs && sinceMidnightMs < toMs
      : sinceMidnightMs >= fromMs || sinceMidnightMs < toMs;
  if (isWithin) return nowMs;
  const delayMs = (fromMs - sinceMidnightMs + DAY_MS) % DAY_MS;
  return nowMs + delayMs;
}
