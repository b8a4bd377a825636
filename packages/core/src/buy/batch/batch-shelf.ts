import { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Clock, LedgerStore, Random } from "../../basics/ports.ts";
import type { Reservation } from "../ledger/ledger-types.ts";
import type { BatchRecord } from "./batch-outcomes.ts";

/** One call of a batch, with all that is needed to read and book what came of it. */
export interface TicketCall {
  reservation: Reservation;
  /** Which of the order's images it makes, counted from 0. */
  positions: readonly number[];
  /** Percent off, as it was agreed on when the batch was handed in. */
  discountPercent: number;
  /** The host's own words, for whoever collects. */
  note: string;
}

/** What is remembered of a batch from before it is handed in. */
export interface BatchTicket {
  /** Our own name for it. */
  name: string;
  provider: string;
  model: string;
  /** The provider's id; undefined until its answer came. */
  providerBatchId: string | undefined;
  /** `forgotten`: the provider did not take it. */
  state: "open" | "collected" | "forgotten";
  submittedAtMs: number;
  /** The longest that it may take. */
  windowMs: number;
  calls: readonly TicketCall[];
}

/**
 * Keeps tickets in the ledger's store, for hosts without a disk of their own. All methods reject with `unavailable` when
 * the store is, or holds something else.
 */
export interface BatchShelf {
  /** Keeps a new ticket and lists it as open. */
  add(ticket: BatchTicket): Promise<void>;
  find(name: string): Promise<BatchTicket | undefined>;
  /** The provider's answer: its id. */
  submitted(name: string, providerBatchId: string): Promise<void>;
  /** Takes a ticket off the list of open ones. It stays, so that a batch can be collected again by its name. */
  close(name: string, state: "collected" | "forgotten"): Promise<void>;
  /** Names of the batches that wait to be collected, oldest first. */
  open(): Promise<readonly string[]>;
}

const LIST = "artdesk/v1/batches";
const MAX_TRIES = 30;
const FIRST_PAUSE_MS = 20;
const MAX_PAUSE_MS = 1_000;

/** Opens the shelf in a ledger's store. Nothing is read before the first call. */
export function createBatchShelf(options: { store: LedgerStore; clock: Clock; random: Random }): BatchShelf {
  const { store, clock, random } = options;

  /** Compare and swap until it holds. `change` gives undefined when nothing is to be written. */
  const change = async (key: string, step: (text: string | undefined) => string | undefined): Promise<void> => {
    for (let tries = 0; tries < MAX_TRIES; tries += 1) {
      const stored = await store.read(key);
      const next = step(stored?.value);
      if (next === undefined || next === stored?.value) return;
      if ((await store.write(key, next, stored?.version)) === "ok") return;
      await clock.sleep(random.next() * Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 6)));
    }
    throw new ArtdeskError({
      code: "unavailable",
      shortMessage: "The ledger is too busy to note a batch.",
      hint: "Try again.",
    });
  };
  const changeTicket = (name: string, edit: (ticket: BatchTicket) => BatchTicket): Promise<void> =>
    change(keyOf(name), (text) => (text === undefined ? undefined : JSON.stringify(edit(readTicket(text)))));
  const changeList = (edit: (names: readonly string[]) => readonly string[]): Promise<void> =>
    change(LIST, (text) => JSON.stringify(edit(readList(text))));

  return {
    async add(ticket) {
      await change(keyOf(ticket.name), () => JSON.stringify(ticket));
      await changeList((names) => [...names.filter((name) => name !== ticket.name), ticket.name]);
    },
    async find(name) {
      const stored = await store.read(keyOf(name));
      return stored && readTicket(stored.value);
    },
    submitted: (name, providerBatchId) => changeTicket(name, (ticket) => ({ ...ticket, providerBatchId })),
    async close(name, state) {
      await changeTicket(name, (ticket) => ({ ...ticket, state }));
      await changeList((names) => names.filter((other) => other !== name));
    },
    async open() {
      return readList((await store.read(LIST))?.value);
    },
  };
}

/** A ticket's calls as the reader of results wants them. */
export function recordsOfTicket({ calls }: BatchTicket): (TicketCall & BatchRecord)[] {
  return calls.map((call) => {
    const { id, subject, provider, model, quality, size, amountMicroUsd } = call.reservation;
    return { ...call, attemptId: id, subject, provider, model, quality, size, worstCaseMicroUsd: amountMicroUsd };
  });
}

function keyOf(name: string): string {
  return `${LIST}/${name}`;
}

function readList(text: string | undefined): readonly string[] {
  if (text === undefined) return [];
  const names = parse(text);
  if (Array.isArray(names) && names.every((name) => typeof name === "string")) return names;
  throw unreadable();
}

function readTicket(text: string): BatchTicket {
  const ticket = recordOf(parse(text));
  if (typeof ticket?.["name"] !== "string" || !Array.isArray(ticket["calls"])) throw unreadable();
  return { providerBatchId: undefined, ...ticket } as unknown as BatchTicket;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw unreadable();
  }
}

function unreadable(): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: "What the ledger holds about a batch cannot be read.",
    hint: "Restore the ledger from a backup. The batch itself can be fetched on the provider's own pages.",
  });
}
