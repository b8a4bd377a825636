import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { Clock, LedgerStore, Random, VersionedValue } from "../../basics/ports.ts";
import { corruptDocument, decodeMonth } from "./decode.ts";
import {
  copyMonth,
  emptyMonth,
  type FindEnded,
  evictIdleRuns,
  findEnded,
  type Line,
  type MonthDocument,
  monthKey,
} from "./document.ts";
import { encodeMonth } from "./encode.ts";
import { createPages } from "./pages.ts";
import { addTotals, countLine, emptyTotals, type Totals } from "./totals.ts";

/** One change of a month. Must check everything before it changes anything; what it throws is its caller's answer. */
export interface Change<T> {
  /** Ids that the change may need to find among ended lines. */
  ids?: readonly string[] | undefined;
  /** A run whose totals the change needs. */
  run?: string | undefined;
  apply(document: MonthDocument, find: FindEnded): T;
}

/** Reads and changes months in the store. */
export interface Books {
  /** The month as it stands. Not to be changed. */
  read(month: string): Promise<MonthDocument>;
  /** All lines of the month in the order of booking, later lines having replaced earlier ones of the same id. */
  lines(month: string): Promise<readonly Line[]>;
  /** What a run has used in a month. */
  runTotals(document: MonthDocument, run: string): Promise<Totals>;
  /** Applies the change in one atomic write, with others that wait in this process. */
  change<T>(month: string, change: Change<T>): Promise<T>;
}

export interface BooksOptions {
  store: LedgerStore;
  clock: Clock;
  random: Random;
  /** How long a change may wait for other writers. */
  patienceMs: number;
}

interface Pending {
  change: Change<unknown>;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** Store calls bound themselves; a longer step than this is a clock that was set, not waiting. */
const LONGEST_STEP_MS = 10_000;
const MAX_PAUSE_MS = 2_000;
/** Two to the power of this: how many rivals the pauses allow for. */
const MAX_RIVALRY = 6;

export function createBooks({ store, clock, random, patienceMs }: BooksOptions): Books {
  const pages = createPages(store);
  const queues = new Map<string, Pending[]>();
  /** Each month as it was last seen in the store, by its text. These documents are never changed: changes work on copies. */
  const lastSeen = new Map<string, { value: string; document: MonthDocument }>();
  const seen = new Set<string>();
  let rivalry = 0;
  let usualStepMs = 1;

  /** A month that was there and is gone would set the budgets back to zero. */
  const readStored = async (key: string): Promise<VersionedValue | undefined> => {
    const stored = await store.read(key);
    if (stored) seen.add(key);
    else if (seen.has(key)) throw corruptDocument(key, "it was there before and is gone");
    return stored;
  };

  const understand = (value: string, month: string): MonthDocument => {
    const last = lastSeen.get(month);
    if (last?.value === value) return last.document;
    const document = decodeMonth(value, monthKey(month), month);
    lastSeen.set(month, { value, document });
    return document;
  };

  const runTotals = async (document: MonthDocument, run: string): Promise<Totals> => {
    const known = document.runs.get(run);
    if (known || document.evictedRuns === 0) return known ?? emptyTotals();
    const recent = emptyTotals();
    for (const line of [...document.ended, ...document.active.values()]) {
      if (line.run === run) countLine(recent, line, 1);
    }
    return addTotals(await pages.sumRun(document.month, document.pages, run), recent);
  };

  /** Brings in what the changes need beyond the month's own document. */
  const prepare = async (document: MonthDocument, batch: readonly Pending[]): Promise<FindEnded> => {
    for (const { change } of batch) {
      if (change.run !== undefined && !document.runs.has(change.run)) {
        document.runs.set(change.run, await runTotals(document, change.run));
      }
    }
    const missing = batch
      .flatMap(({ change }) => change.ids ?? [])
      .filter((id) => !document.active.has(id) && !findEnded(document, id));
    const onPages = await pages.find(document.month, document.pages, missing);
    return (id) => findEnded(document, id) ?? onPages.get(id);
  };

  /** One try. Returns what is to be told to each caller, or undefined when another writer came first. */
  const attempt = async (month: string, batch: readonly Pending[]): Promise<(() => void)[] | undefined> => {
    const key = monthKey(month);
    const stored = await readStored(key);
    const document = stored ? copyMonth(understand(stored.value, month)) : emptyMonth(month);
    const storedLines = document.ended.length;
    const find = await prepare(document, batch);
    const answers = batch.map(({ change, resolve, reject }) => {
      try {
        const value = change.apply(document, find);
        return () => resolve(value);
      } catch (error) {
        if (!isArtdeskError(error)) throw error;
        return () => reject(error);
      }
    });
    if (!document.changed) return answers;
    await pages.rollOff(document, storedLines);
    evictIdleRuns(document);
    const value = encodeMonth(document);
    if ((await store.write(key, value, stored?.version)) !== "ok") return undefined;
    seen.add(key);
    lastSeen.set(month, { value, document });
    return answers;
  };

  /**
   * Leaves the others room. The span grows with every lost race to the time that so many rivals need, chance picks the
   * moment in it, and it shrinks half as fast: so about one try in three is lost, however many write at once.
   */
  const pause = async (): Promise<number> => {
    if (rivalry === 0) return 0;
    const spanMs = Math.min(usualStepMs * 2 ** rivalry, Math.max(MAX_PAUSE_MS, 4 * usualStepMs));
    const delayMs = random.next() * spanMs;
    await clock.sleep(delayMs);
    return delayMs;
  };

  const commit = async (month: string, batch: readonly Pending[]): Promise<(() => void)[]> => {
    let waitedMs = 0;
    for (let attempts = 1; ; attempts += 1) {
      const startedAtMs = clock.nowMs();
      const answers = await attempt(month, batch);
      const stepMs = Math.min(Math.max(clock.nowMs() - startedAtMs, 1), LONGEST_STEP_MS);
      usualStepMs += (stepMs - usualStepMs) / 4;
      if (answers) {
        rivalry = Math.max(rivalry - 0.5, 0);
        return answers;
      }
      rivalry = Math.min(rivalry + 1, MAX_RIVALRY);
      waitedMs += stepMs;
      if (waitedMs > patienceMs) throw busy(waitedMs, attempts);
      waitedMs += await pause();
    }
  };

  const drain = async (month: string, queue: Pending[]): Promise<void> => {
    while (queue.length > 0) {
      let batch: Pending[] = [];
      try {
        // What is asked in the same turn, or during the pause, goes into one write.
        await Promise.resolve();
        await pause();
        batch = queue.splice(0);
        for (const answer of await commit(month, batch)) answer();
      } catch (error) {
        for (const { reject } of batch.length > 0 ? batch : queue.splice(0)) reject(error);
      }
    }
    queues.delete(month);
  };

  const read = async (month: string): Promise<MonthDocument> => {
    const stored = await readStored(monthKey(month));
    return stored ? understand(stored.value, month) : emptyMonth(month);
  };

  return {
    read,
    async lines(month) {
      const document = await read(month);
      const all = [...(await pages.readAll(month, document.pages)), ...document.ended, ...document.active.values()];
      const byId = new Map<string, Line>();
      for (const line of all) byId.set(line.id, line);
      return [...byId.values()];
    },
    runTotals,
    change<T>(month: string, change: Change<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        const pending: Pending = { change, resolve: (value) => resolve(value as T), reject };
        const queue = queues.get(month);
        if (queue) {
          queue.push(pending);
          return;
        }
        const started = [pending];
        queues.set(month, started);
        void drain(month, started);
      });
    },
  };
}

function busy(waitedMs: number, attempts: number): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `The ledger is too busy: ${attempts} tries in ${Math.round(waitedMs / 1000)} s all met another writer.`,
    hint: "Nothing was booked by this call. Try again, run fewer processes at once, or use a faster ledger store (redis: or postgres:).",
  });
}
