import type { KnownLimits } from "../../basics/types.ts";
import type { PublishedLimits } from "../../models/rows/published-limits.ts";
import { type LaneNeed, type QuotaKind, WINDOW_MS } from "./lane-limits.ts";
import { type Grant, type LaneState, MARGIN_MS } from "./lane-state.ts";

/** A call beyond what is proven counts as accepted when no refusal came within this time. */
export const PROBE_SETTLE_MS = 600;
/** Starts this close together are kept as one, by the later time. */
const GRANT_SLOT_MS = 250;
/** Learned limits are asked anew after this time. */
const LEARNED_FOR_MS = 86_400_000;
/** After a refusal without a time nothing starts for this long. */
const DEFAULT_CLOSED_MS = 1_000;
/** A refusal closes a lane for no longer, whatever it asks: after it one call looks whether it still holds. */
const LONGEST_CLOSED_MS = 3_600_000;
/** How much later than its start a call may reach the provider. */
const REFILL_JITTER_MS = 250;
const KINDS: readonly QuotaKind[] = ["images", "tokens", "microUsd"];
const LONGEST_WINDOW_MS = Math.max(...Object.values(WINDOW_MS)) + MARGIN_MS;

/** Whether a call may start now; if not, when to ask again and which limit it waits for. */
export type Verdict =
  | { go: true; isProbe: boolean }
  | { go: false; untilMs: number; because: QuotaKind | "concurrency" | "refused" };

/** What is and what may be: the limits in force and whether each is more than a lower bound. */
export function limitOf(
  state: LaneState,
  published: PublishedLimits,
  kind: QuotaKind,
): { value: number; isSure: boolean } {
  const known = published.fixed?.[kind] ?? state.known[kind];
  if (known !== undefined) return { value: known, isSure: true };
  const tier = published.tiers[state.tier];
  const value = tier?.[kind];
  // Above the highest published tier an account has limits of its own: a refusal will tell.
  return value === undefined ? { value: Infinity, isSure: true } : { value, isSure: false };
}

/** Calls that may run at the same time; undefined when their number is not limited. */
export function concurrencyOf(state: LaneState, published: PublishedLimits): number | undefined {
  return published.fixed?.concurrency ?? state.known.concurrency ?? published.concurrency;
}

/** Forgets what is over, and takes a probe that was not refused in time as accepted. */
export function refresh(state: LaneState, published: PublishedLimits, nowMs: number): LaneState {
  const probeAtMs = state.probeAtMs;
  const isAnswered = probeAtMs !== undefined && nowMs - probeAtMs >= PROBE_SETTLE_MS;
  const isOld = state.learnedAtMs > 0 && nowMs - state.learnedAtMs > LEARNED_FOR_MS;
  return {
    ...state,
    // A grant from the future is of a clock that was set back: it must not block for ever.
    grants: state.grants.filter(({ atMs }) => atMs > nowMs - LONGEST_WINDOW_MS && atMs < nowMs + LONGEST_WINDOW_MS),
    known: isOld ? {} : state.known,
    learnedAtMs: isOld ? 0 : state.learnedAtMs,
    tier: state.tier + (isAnswered && exceedsTier(state, published, probeAtMs) ? 1 : 0),
    probeAtMs: isAnswered ? undefined : probeAtMs,
    leases: Object.fromEntries(Object.entries(state.leases).filter(([, untilMs]) => untilMs > nowMs)),
    waiting: Object.fromEntries(
      Object.entries(state.waiting).filter(([, seenAtMs]) => seenAtMs > nowMs - 2 * WINDOW_MS.images),
    ),
  };
}

/**
 * Until when a refusal keeps a lane closed: Unix time in milliseconds, undefined when it does not. A clock that was set
 * back must not keep it closed for longer than any reply may.
 */
export function closedUntil({ closedUntilMs }: LaneState, nowMs: number): number | undefined {
  return nowMs < closedUntilMs && closedUntilMs <= nowMs + LONGEST_CLOSED_MS ? closedUntilMs : undefined;
}

/**
 * Decides whether a call may start. Any window of the provider's, wherever it begins, holds no more than the limit.
 * Where only a lower bound is known, one call at a time may go beyond it.
 */
export function decide(state: LaneState, published: PublishedLimits, need: LaneNeed, nowMs: number): Verdict {
  const closedUntilMs = closedUntil(state, nowMs);
  if (closedUntilMs !== undefined) return { go: false, untilMs: closedUntilMs, because: "refused" };
  const concurrency = concurrencyOf(state, published);
  const leases = Object.values(state.leases);
  if (concurrency !== undefined && leases.length >= concurrency)
    return { go: false, untilMs: Math.min(...leases), because: "concurrency" };
  let isProbe = false;
  let wait: Verdict | undefined;
  for (const kind of KINDS) {
    const { value, isSure } = limitOf(state, published, kind);
    if (value === Infinity) continue;
    const fitsAtMs = whenItFits(state.grants, kind, need[kind], value, nowMs);
    if (fitsAtMs <= nowMs) continue;
    if (isSure || state.probeAtMs !== undefined) {
      const untilMs = isSure ? fitsAtMs : Math.min(fitsAtMs, (state.probeAtMs ?? nowMs) + PROBE_SETTLE_MS);
      if (!wait || wait.go || untilMs > wait.untilMs) wait = { go: false, untilMs, because: kind };
    } else isProbe = true;
  }
  return wait ?? { go: true, isProbe };
}

/** The first moment at which a window has room. A call that is larger than the limit waits for an empty window. */
function whenItFits(grants: readonly Grant[], kind: QuotaKind, need: number, limit: number, nowMs: number): number {
  const spanMs = WINDOW_MS[kind] + MARGIN_MS;
  const recent = grants.filter(({ atMs }) => atMs > nowMs - spanMs);
  let used = recent.reduce((sum, grant) => sum + grant[kind], 0);
  let fitsAtMs = nowMs;
  for (const grant of recent) {
    if (used + need <= limit || used === 0) break;
    used -= grant[kind];
    fitsAtMs = grant.atMs + spanMs;
  }
  return fitsAtMs;
}

/** Counts a call as started. */
export function grant(
  state: LaneState,
  need: LaneNeed,
  options: { nowMs: number; isProbe: boolean; lease: { id: string; untilMs: number } | undefined },
): LaneState {
  const { nowMs, isProbe, lease } = options;
  const last = state.grants.at(-1);
  const isNear = last !== undefined && !isProbe && nowMs - last.atMs < GRANT_SLOT_MS && nowMs >= last.atMs;
  const merged = isNear ? addNeed(last, need, 1) : need;
  return {
    ...state,
    grants: [...(isNear ? state.grants.slice(0, -1) : state.grants), { ...merged, atMs: nowMs }],
    probeAtMs: isProbe ? nowMs : state.probeAtMs,
    leases: lease ? { ...state.leases, [lease.id]: lease.untilMs } : state.leases,
  };
}

/** What a refusal says: nothing may start for a while, and perhaps what the limit is. The call does not count. */
export function refuse(
  state: LaneState,
  published: PublishedLimits,
  refusal: {
    need: LaneNeed;
    grantedAtMs: number;
    isProbe: boolean;
    retryAfterMs: number | undefined;
    stated: KnownLimits;
  },
  nowMs: number,
): LaneState {
  const { need, grantedAtMs, isProbe, retryAfterMs, stated } = refusal;
  const index = state.grants.findIndex(({ atMs, images }) => atMs >= grantedAtMs && images >= need.images);
  const grants = state.grants.flatMap((entry, position) => {
    if (position !== index) return [entry];
    const rest = addNeed(entry, need, -1);
    return rest.images > 0 ? [{ ...rest, atMs: entry.atMs }] : [];
  });
  const untilMs = nowMs + Math.min(Math.max(retryAfterMs ?? DEFAULT_CLOSED_MS, 0), LONGEST_CLOSED_MS);
  const isSilent = Object.values(stated).every((value) => value === undefined);
  const learned = learn(
    { ...state, grants, closedUntilMs: Math.max(state.closedUntilMs, untilMs) },
    published,
    stated,
    nowMs,
  );
  if (!isProbe) return learned;
  // The proven figures hold when the refusal does not say more.
  const proven = Object.fromEntries(
    KINDS.flatMap((kind) => {
      const value = published.tiers[state.tier]?.[kind];
      return isSilent && value !== undefined ? [[kind, value] as const] : [];
    }),
  );
  return learn({ ...learned, probeAtMs: undefined }, published, proven, nowMs);
}

/** A reply to a probe. */
export function accept(state: LaneState, published: PublishedLimits, grantedAtMs: number): LaneState {
  if (state.probeAtMs !== grantedAtMs) return state;
  const isProven = exceedsTier(state, published, grantedAtMs);
  return { ...state, tier: state.tier + (isProven ? 1 : 0), probeAtMs: undefined };
}

/**
 * Whether what was accepted up to this moment is more than the tier allows. Some providers refill evenly instead of
 * counting a window, so what may have been refilled since the first call proves nothing.
 */
function exceedsTier(state: LaneState, published: PublishedLimits, atMs: number): boolean {
  const tier = published.tiers[state.tier];
  return KINDS.some((kind) => {
    const value = tier?.[kind];
    const counted = state.grants.filter((entry) => entry.atMs > atMs - WINDOW_MS[kind] && entry.atMs <= atMs);
    if (value === undefined) return false;
    const sinceMs = atMs - (counted[0]?.atMs ?? atMs) + REFILL_JITTER_MS;
    const refilled = (value * sinceMs) / WINDOW_MS[kind];
    // A bucket gives whole images only.
    return (
      counted.reduce((sum, entry) => sum + entry[kind], 0) >
      value + (kind === "images" ? Math.floor(refilled) : refilled)
    );
  });
}

/** Takes over what a reply or a refusal states. A figure of a published tier tells the others of that tier. */
export function learn(state: LaneState, published: PublishedLimits, stated: KnownLimits, nowMs: number): LaneState {
  const figures: KnownLimits = Object.fromEntries(
    Object.entries(stated).filter(([, value]) => value !== undefined && value > 0),
  );
  if (Object.keys(figures).length === 0) return state;
  const index = published.tiers.findIndex((tier) =>
    KINDS.some((kind) => figures[kind] !== undefined && figures[kind] === tier[kind]),
  );
  const { name: _name, ...ofTier } = published.tiers[index] ?? { name: "" };
  const known = { ...ofTier, ...state.known, ...figures };
  const isNews =
    KINDS.some((kind) => known[kind] !== state.known[kind]) || known.concurrency !== state.known.concurrency;
  if (!isNews) return state;
  return {
    ...state,
    known,
    learnedAtMs: nowMs,
    tier: index < 0 ? state.tier : index,
    probeAtMs: known.images === undefined && known.microUsd === undefined ? state.probeAtMs : undefined,
  };
}

function addNeed(left: LaneNeed, right: LaneNeed, sign: 1 | -1): LaneNeed {
  return {
    images: left.images + sign * right.images,
    tokens: Math.max(0, left.tokens + sign * right.tokens),
    microUsd: Math.max(0, left.microUsd + sign * right.microUsd),
  };
}
