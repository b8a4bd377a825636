import {
  ArtdeskError,
  createArtdesk,
  createMemoryLedgerStore,
  parsePolicy,
  rememberedLedgerStore,
  stagePolicy,
  type Artdesk,
  type Budget,
  type Http,
  type LedgerStore,
  type Pacer,
  type QuestionStore,
  type Stage,
} from "@artdesk/core";
import { NodeOperationError, type ICredentialDataDecryptedObject, type IExecuteFunctions } from "n8n-workflow";
import { createAccountPacer } from "./account-pacer.ts";
import { createDataTableApi } from "./data-table-api.ts";
import { createDataTableLedgerStore } from "./data-table-ledger-store.ts";
import { createExecutionMemories, type ExecutionMemory } from "./execution-memory.ts";
import { n8nClock } from "./n8n-clock.ts";
import { n8nCodec, n8nRandom } from "./n8n-codec.ts";
import { createTableMemory } from "./table-memory.ts";
import { createN8nHttp, type SignedEndpoint } from "./n8n-http.ts";
import { pricedCatalogue, type OwnPrices } from "./own-prices.ts";
import { LEDGER_CREDENTIAL, PROVIDER_CREDENTIALS } from "./provider-credentials.ts";

/** What this process remembers of executions: shared by all Artdesk nodes of one, and by all tries of one node. */
const memories = createExecutionMemories(createMemoryLedgerStore, () => n8nClock.nowMs());

/** The terms that a desk works under. */
export interface DeskTerms {
  preset: "auto" | "quality" | "volume";
  /** For drafts and refinements, or for a final made from one. */
  stage?: Stage | undefined;
  onUnknown: "stop" | "next" | "retry";
  budget: Budget;
  /** The user's own prices, by model id. */
  prices: OwnPrices;
}

/** The world of one node run. */
export interface NodeHost {
  memory: ExecutionMemory<LedgerStore>;
  /** Starts the memory keys of this node run. */
  memoryKey: string;
  /** An art desk under these terms. All desks of an execution share their books. */
  deskFor(terms: DeskTerms): Artdesk;
  /** Sends to the providers that have a credential. */
  readonly http: Http;
  /** Where the books are kept. */
  readonly ledgerStore: LedgerStore;
  /** A provider can be called. */
  hasKey(provider: string): boolean;
}

export interface HostOptions {
  /**
   * What the providers' credentials are for. `call`: to sign calls. `ask`: nobody is called, so without any credential
   * every provider counts as usable. `none`: the operation has no use for them.
   */
  credentials: "call" | "ask" | "none";
  /**
   * Providers that the operation can use, by id: n8n hands out no credential that the panel does not show.
   * @default all
   */
  providers?: ReadonlySet<string> | undefined;
}

/** Ports over n8n for one run of the node: credentials, books, memory. */
export async function openHost(context: IExecuteFunctions, { credentials, providers }: HostOptions): Promise<NodeHost> {
  const executionId = knownExecutionId(context);
  const memory = memories.open(executionId);
  if (executionId !== undefined) forgetAfterwards(context, executionId);
  const endpoints =
    credentials === "none" ? new Map<string, SignedEndpoint>() : await openEndpoints(context, providers);
  const signed = createN8nHttp(context, endpoints);
  const http =
    credentials === "ask" && endpoints.size === 0
      ? { ...signed, hasKey: (id: string) => PROVIDER_CREDENTIALS.has(id) }
      : signed;
  const ledger = await openLedgerStore(context, memory);
  const run = executionId === undefined ? n8nRandom.id() : `n8n-${executionId}`;
  const questions = createMemoryQuestionStore();
  const pacer = createAccountPacer(accountsOf(context, endpoints));
  const desks = new Map<string, Artdesk>();
  return {
    memory,
    memoryKey: `${context.getNode().id}/${runIndexOf(context)}`,
    http,
    ledgerStore: ledger,
    hasKey: (provider) => http.hasKey(provider),
    deskFor(terms) {
      const key = JSON.stringify([terms.preset, terms.stage, terms.onUnknown, terms.budget, [...terms.prices]]);
      const desk = desks.get(key) ?? openDesk({ ...terms, http, ledger, run, questions, pacer });
      desks.set(key, desk);
      return desk;
    },
  };
}

function openDesk({
  preset,
  stage,
  onUnknown,
  budget,
  prices,
  http,
  ledger,
  run,
  questions,
  pacer,
}: DeskTerms & { http: Http; ledger: LedgerStore; run: string; questions: QuestionStore; pacer: Pacer }): Artdesk {
  const policy = stage === undefined ? parsePolicy(preset) : stagePolicy(parsePolicy(preset), stage);
  return createArtdesk({
    catalogue: pricedCatalogue(prices),
    policy: { ...policy, onUnknown },
    budget,
    ledger,
    http,
    clock: n8nClock,
    random: n8nRandom,
    codec: n8nCodec,
    run,
    questions,
    pacer,
  });
}

/** Questions drawn from a prompt serve all models and items of this node run: drawing costs, and other questions measure otherwise. */
function createMemoryQuestionStore(): QuestionStore {
  const kept = new Map<string, string>();
  return {
    read: async (key) => kept.get(key),
    write: async (key, text) => void kept.set(key, text),
  };
}

/** The providers that this node has a credential for, and where they are reached. */
async function openEndpoints(
  context: IExecuteFunctions,
  providers: ReadonlySet<string> | undefined,
): Promise<Map<string, SignedEndpoint>> {
  const endpoints = new Map<string, SignedEndpoint>();
  const chosen = context.getNode().credentials ?? {};
  for (const [provider, credentialType] of PROVIDER_CREDENTIALS) {
    if (chosen[credentialType] === undefined || providers?.has(provider) === false) continue;
    const credential = await context.getCredentials(credentialType);
    endpoints.set(provider, { credentialType, baseUrl: textOf(credential, "baseUrl") });
  }
  return endpoints;
}

/** Calls with the same credential to the same address share the limits of one account. */
function accountsOf(
  context: IExecuteFunctions,
  endpoints: ReadonlyMap<string, SignedEndpoint>,
): ReadonlyMap<string, string> {
  const chosen = context.getNode().credentials ?? {};
  return new Map(
    [...endpoints].map(([provider, { credentialType, baseUrl }]) => [
      provider,
      `${chosen[credentialType]?.id ?? ""} ${baseUrl}`,
    ]),
  );
}

async function openLedgerStore(context: IExecuteFunctions, memory: ExecutionMemory<LedgerStore>): Promise<LedgerStore> {
  if (context.getNodeParameter("books", 0, "run") !== "dataTable") return memory.books;
  if (context.getNode().credentials?.[LEDGER_CREDENTIAL] === undefined) {
    throw new NodeOperationError(context.getNode(), "The books are in a data table, but no Ledger credential is set", {
      description: "Choose one under 'Ledger'. Without one, 'Keep Books In' can only be 'This Run Only'.",
    });
  }
  const credential = await context.getCredentials(LEDGER_CREDENTIAL);
  const api = createDataTableApi(context, {
    credentialType: LEDGER_CREDENTIAL,
    baseUrl: textOf(credential, "baseUrl"),
  });
  const table = textOf(credential, "table");
  const tableMemory = createTableMemory(context, table);
  const remembered = await tableMemory.read();
  const onMissing = (): void => {
    if (remembered) throw tableGone(table, tableMemory.startAnew);
    newTables.set(context, table);
  };
  const store = createDataTableLedgerStore({ api, table, clock: n8nClock, random: n8nRandom, onMissing });
  return rememberedLedgerStore(store, { memory: tableMemory, random: n8nRandom, place: table });
}

/** Tables that node runs have made, until they are told. */
const newTables = new WeakMap<IExecuteFunctions, string>();

function tableGone(table: string, startAnew: string): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `The data table ${table} is gone, and it held this workflow's books: it was renamed or deleted.`,
    hint: `Nothing was bought. Give the table its name back; or start new books on purpose: ${startAnew}.`,
  });
}

/** Runs out of the editor remember no table: then people must hear that there are new books. */
export function tellNewTables(context: IExecuteFunctions): void {
  const table = newTables.get(context);
  if (table === undefined) return;
  try {
    context.addExecutionHints({
      message: `Made the data table ${table}: its books begin at zero. If there was one before, it was renamed or deleted: give it its name back.`,
      type: "warning",
      location: "outputPane",
    });
  } catch {
    // A hint that n8n does not take is no reason to stop.
  }
}

function textOf(credential: ICredentialDataDecryptedObject, field: string): string {
  const value = credential[field];
  return typeof value === "string" ? value.trim() : "";
}

/** n8n gives executions that are not saved a common placeholder: such an id would mix them up. */
function knownExecutionId(context: IExecuteFunctions): string | undefined {
  const id: unknown = context.getExecutionId();
  return typeof id === "string" && id !== "" && !id.startsWith("__") ? id : undefined;
}

/** How often this node has run in this execution, as in a loop. */
function runIndexOf(context: IExecuteFunctions): number {
  const index: unknown = context.getWorkflowDataProxy(0)["$runIndex"];
  return typeof index === "number" ? index : 0;
}

/** Newer versions of n8n tell when an execution has ended; on older ones the memory's limits do. */
function forgetAfterwards(context: IExecuteFunctions, executionId: string): void {
  const { onExecutionFinish } = context as { onExecutionFinish?: (handler: () => void) => void };
  if (typeof onExecutionFinish === "function") onExecutionFinish.call(context, () => memories.drop(executionId));
}
