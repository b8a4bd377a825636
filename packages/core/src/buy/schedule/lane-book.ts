import type { Clock, LedgerStore, Random } from "../../basics/ports.ts";
import { emptyLane, type LaneState, parseLane, serializeLane } from "./lane-state.ts";

/** Where a lane's state is kept: alone, or with other processes. */
export interface LaneBook {
  /** As last read or written. */
  readonly state: LaneState;
  /** Reads what is kept, and writes nothing. */
  look(): Promise<LaneState>;
  /** One atomic step. The step may be asked again when another process came first; it must not have effects. */
  update<T>(step: (state: LaneState, nowMs: number) => { next: LaneState; answer: T }): Promise<T>;
}

const LANES = "artdesk/v1/limits";
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 1_000;
const MAX_TRIES = 40;

export function createLaneBook(options: {
  clock: Clock;
  random: Random;
  store: LedgerStore | undefined;
  key: string;
}): LaneBook {
  const { clock, random } = options;
  const key = `${LANES}/${options.key}`;
  let { store } = options;
  let state = emptyLane();
  /** Steps of this process one after the other: they would only conflict with each other. */
  let turn: Promise<unknown> = Promise.resolve();
  const nowMs = (): number => Math.floor(clock.nowMs());

  const once = async <T>(step: Parameters<LaneBook["update"]>[0]): Promise<T> => {
    for (let tries = 0; store && tries < MAX_TRIES; tries += 1) {
      try {
        const stored = await store.read(key);
        const current = stored ? parseLane(stored.value) : emptyLane();
        const { next, answer } = step(current, nowMs());
        const text = serializeLane(next);
        if (text === stored?.value || (await store.write(key, text, stored?.version)) === "ok") {
          state = next;
          return answer as T;
        }
      } catch {
        // Limits are a courtesy, not money: without the store they hold for this process.
        store = undefined;
        break;
      }
      await clock.sleep(random.next() * Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 6)));
    }
    const { next, answer } = step(state, nowMs());
    state = next;
    return answer as T;
  };

  return {
    get state() {
      return state;
    },
    async look() {
      try {
        const stored = await store?.read(key);
        return stored ? parseLane(stored.value) : state;
      } catch {
        // As above: without the store, what this process knows.
        return state;
      }
    },
    update<T>(step: (current: LaneState, atMs: number) => { next: LaneState; answer: T }): Promise<T> {
      const mine = turn.then(() => once<T>(step));
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
}
