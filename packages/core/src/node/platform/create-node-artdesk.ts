import { resolve } from "node:path";
import { type Artdesk, createArtdesk } from "../../artdesk.ts";
import type { ProviderConnection } from "../../assets/config/config.ts";
import { builtInCatalogue } from "../../models/catalogue/built-in-catalogue.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";
import { parsePolicy } from "../../decide/policy/parse-policy.ts";
import type { Policy } from "../../decide/policy/policy.ts";
import type { Clock, Http, Journal, LedgerStore, Random } from "../../basics/ports.ts";
import type { Budget } from "../../basics/budget.ts";
import { type LedgerMemory, rememberedLedgerStore } from "../../buy/ledger/ledger-identity.ts";
import { createPacer, type Pacer, type PacerOptions } from "../../buy/schedule/pacer.ts";
import { nodeCodec } from "./node-codec.ts";
import type { QuestionStore } from "../../judge/questions/find-questions.ts";
import { checkDeskOptions } from "../../decide/request/desk-options.ts";
import { createFileLedgerMemory } from "../workspace/file-ledger-memory.ts";
import { DEFAULT_LEDGER, openLedgerStore, placeOfLedger } from "../stores/open-ledger-store.ts";
import { systemClock } from "./system-clock.ts";
import { systemRandom } from "./system-random.ts";
import { createUndiciHttp } from "./undici-http.ts";

export interface NodeArtdeskOptions {
  /** Keys, base URLs and proxy settings. @default process.env */
  env?: Readonly<Record<string, string | undefined>> | undefined;
  /** A preset name or a whole policy. @default "auto" */
  policy?: "auto" | "quality" | "volume" | Policy | undefined;
  /** @default no limits */
  budget?: Budget | undefined;
  /**
   * A store, or where to open one: `memory:`, `sqlite:PATH`, `redis://...`, `postgres://...`.
   * @default "sqlite:.artdesk/ledger.sqlite", where the command line keeps it, when a limit per month or tag outlives
   * this process; else "memory:"
   */
  ledger?: string | LedgerStore | undefined;
  /** Folder that a relative `sqlite:` path starts from. @default process.cwd() */
  cwd?: string | undefined;
  /**
   * Remembers which ledger holds the books, so that one that is gone stops everything.
   * @default a file in `.artdesk/` for the default ledger, else none
   */
  ledgerMemory?: LedgerMemory | undefined;
  /** Only these providers, by id. @default all that have a key */
  providers?: readonly string[] | undefined;
  /** Base URLs by provider id: before the environment. */
  baseUrls?: Readonly<Record<string, string>> | undefined;
  /** Headers, query parameters and ways to sign, by provider id. */
  connections?: Readonly<Record<string, ProviderConnection>> | undefined;
  catalogue?: Catalogue | undefined;
  /**
   * Starts calls only as fast as the providers' limits allow, together with other processes on the same ledger when it
   * was given as text. @default at once
   */
  pace?: Pick<PacerOptions, "fixed" | "cheapHours" | "deadlineAtMs"> | undefined;
  journal?: Journal | undefined;
  /** See `ArtdeskOptions`. @default false */
  twoSteps?: boolean | undefined;
  clock?: Clock | undefined;
  random?: Random | undefined;
  /** Where questions that a model drew from a prompt are kept. @default nowhere */
  questions?: QuestionStore | undefined;
  /** Id of this run in the books. @default a new one */
  run?: string | undefined;
}

/** An art desk with sockets and perhaps a database behind it. */
export interface NodeArtdesk extends Artdesk {
  /** Sends to the providers, signed. */
  readonly http: Http;
  /** Present with {@link NodeArtdeskOptions.pace}. */
  readonly pacer: Pacer | undefined;
  close(): Promise<void>;
}

const OPTION_NAMES = [
  "env",
  "policy",
  "budget",
  "ledger",
  "ledgerMemory",
  "cwd",
  "providers",
  "baseUrls",
  "connections",
  "catalogue",
  "pace",
  "journal",
  "twoSteps",
  "clock",
  "random",
  "questions",
  "run",
] as const satisfies readonly (keyof NodeArtdeskOptions)[];

/** A limit that outlives the process needs books that do. */
function defaultLedger(budget: Budget | undefined): string {
  const outlives = budget?.monthMicroUsd !== undefined || Object.keys(budget?.tags ?? {}).length > 0;
  return outlives ? DEFAULT_LEDGER : "memory:";
}

function openStore(
  ledger: string | LedgerStore,
  options: Pick<NodeArtdeskOptions, "ledger" | "ledgerMemory"> & { cwd: string; random: Random },
): LedgerStore {
  if (typeof ledger !== "string") return ledger;
  const store = openLedgerStore(ledger, options);
  if (ledger === "memory:") return store;
  const isDefault = options.ledger === undefined;
  const memory = options.ledgerMemory ?? (isDefault ? createFileLedgerMemory(resolve(options.cwd)) : undefined);
  if (!memory) return store;
  return rememberedLedgerStore(store, { memory, random: options.random, place: placeOfLedger(ledger) });
}

/**
 * An art desk on Node: undici for HTTP, keys from the environment, the machine's clock.
 * Throws `invalid_request` for options that nobody knows, limits that are none and unknown providers, `invalid_policy`,
 * and `unavailable` (a ledger that cannot be opened).
 */
export async function createNodeArtdesk(options: NodeArtdeskOptions = {}): Promise<NodeArtdesk> {
  const catalogue = options.catalogue ?? builtInCatalogue;
  checkDeskOptions(
    options,
    { of: "createNodeArtdesk", required: [], optional: OPTION_NAMES },
    catalogue.providers.keys(),
  );
  const env = options.env ?? process.env;
  const { ledger = defaultLedger(options.budget), policy = "auto", cwd = process.cwd() } = options;
  const random = options.random ?? systemRandom;
  const store = openStore(ledger, { ...options, cwd, random });
  const http = createUndiciHttp({
    providers: catalogue.providers.values(),
    env,
    baseUrls: options.baseUrls,
    connections: options.connections,
  });
  const clock = options.clock ?? systemClock;
  const shared = typeof ledger === "string" && ledger !== "memory:" ? store : undefined;
  const pacer = options.pace && createPacer({ ...options.pace, clock, random, store: shared, process: random.id() });
  const desk = createArtdesk({
    catalogue,
    policy: typeof policy === "string" ? parsePolicy(policy) : policy,
    budget: options.budget ?? {},
    ledger: store,
    http,
    clock,
    random,
    pacer,
    codec: nodeCodec,
    journal: options.journal,
    twoSteps: options.twoSteps,
    questions: options.questions,
    run: options.run,
    enabledProviders: options.providers,
  });
  return {
    ...desk,
    http,
    pacer,
    async close() {
      await http.close();
      await store.close?.();
    },
  };
}
