import { ArtdeskError } from "../../basics/errors.ts";
import type { LedgerStore, Random } from "../../basics/ports.ts";
import { corruptDocument } from "./decode.ts";
import { KEY_PREFIX } from "./document.ts";

/** Where a ledger says which one it is. */
export const IDENTITY_KEY: string = `${KEY_PREFIX}/ledger`;

/** A ledger that somebody has kept books in. */
export interface RememberedLedger {
  id: string;
  /** Where it was, in words that hold no secret: `sqlite:.artdesk/ledger.sqlite`, `redis://host:6379`. */
  place: string;
}

/** What outlives a ledger: the host's own memory of it, beside the images or in the workflow. */
export interface LedgerMemory {
  read(): Promise<RememberedLedger | undefined>;
  write(ledger: RememberedLedger): Promise<void>;
  /** What people do to start new books on purpose, as a sentence part: `run artdesk budget rebuild`. */
  startAnew: string;
  /** Somebody has said so: whatever ledger is there is the right one from now on. @default false */
  renew?: boolean | undefined;
}

/**
 * A store that is sure to be the ledger which was there before. Books that are gone are not books at zero: a store that
 * is empty, another one, or somewhere else, while the memory knows of one, rejects everything with `unavailable` and
 * the way back. The first write gives a new ledger its id and remembers it; reading remembers nothing.
 */
export function rememberedLedgerStore(
  store: LedgerStore,
  options: { memory: LedgerMemory; random: Random; place: string },
): LedgerStore {
  const { memory, random, place } = options;
  let known: Promise<void> | undefined;
  let mayWrite = false;

  const readId = async (): Promise<string | undefined> => {
    const stored = await store.read(IDENTITY_KEY);
    return stored && decodeId(stored.value);
  };

  const giveId = async (): Promise<string> => {
    const id = random.id();
    const text = JSON.stringify({ kind: "artdesk-ledger", format: 1, id });
    if ((await store.write(IDENTITY_KEY, text, undefined)) === "ok") return id;
    const other = await readId();
    if (other === undefined) throw corruptDocument(IDENTITY_KEY, "it was there before and is gone");
    return other;
  };

  const identify = async (writing: boolean): Promise<void> => {
    const [remembered, found] = await Promise.all([memory.read(), readId()]);
    if (remembered && !memory.renew && remembered.id !== found) throw notThatLedger(remembered, place, found, memory);
    if (!writing) return;
    const id = found ?? (await giveId());
    if (remembered?.id !== id || remembered.place !== place) await memory.write({ id, place });
    mayWrite = true;
  };

  const once = (work: () => Promise<void>): Promise<void> => {
    const pending = work();
    known = pending;
    pending.catch(() => {
      if (known === pending) known = undefined;
    });
    return pending;
  };

  return {
    async read(key) {
      await (known ?? once(() => identify(false)));
      return store.read(key);
    },
    async write(key, value, version) {
      await known?.catch(() => undefined);
      if (!mayWrite) await once(() => (mayWrite ? Promise.resolve() : identify(true)));
      return store.write(key, value, version);
    },
    async close() {
      await store.close?.();
    },
  };
}

function decodeId(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "id" in value && typeof value.id === "string") return value.id;
  } catch {
    // Told below, as anything else that is not an id.
  }
  throw corruptDocument(IDENTITY_KEY, "it holds no id");
}

function notThatLedger(
  remembered: RememberedLedger,
  place: string,
  found: string | undefined,
  { startAnew }: LedgerMemory,
): ArtdeskError {
  const where = remembered.place === place ? "" : ` at ${remembered.place}`;
  const what =
    found === undefined
      ? `The ledger ${place} has no books, and there were books${where} before: they are gone, or were emptied or moved.`
      : `The ledger ${place} is another one than the books that were kept${where} before.`;
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `${what} Nothing was bought: books that are gone are not books at zero.`,
    hint: `Either put the ledger back as it was; or start new books on purpose: ${startAnew}.`,
    details: `Remembered id ${remembered.id}, found ${found ?? "none"}.`,
  });
}
