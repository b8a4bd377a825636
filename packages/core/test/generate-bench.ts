import { expect } from "vitest";
import { readBrief } from "../src/decide/brief/read-brief.ts";
import type { CatalogueRow } from "../src/models/rows/row.ts";
import { generateImages, type GenerateHost, type GenerateOptions } from "../src/buy/generate.ts";
import type { PlannedRequest } from "../src/decide/plan/planned-request.ts";
import { createLedger } from "../src/buy/ledger/ledger.ts";
import type { Reservation } from "../src/buy/ledger/ledger-types.ts";
import { createMemoryLedgerStore } from "../src/buy/ledger/memory-ledger-store.ts";
import { nodeCodec } from "../src/node/platform/node-codec.ts";
import type { Policy } from "../src/decide/policy/policy.ts";
import { presetPolicy } from "../src/decide/policy/presets.ts";
import { exampleOffer, exampleRequest, exampleRow } from "../src/testing/example-call.ts";
import { exampleProvider } from "../src/testing/example-provider.ts";
import { fakeClock } from "../src/testing/fake-clock.ts";
import { type FakeStep, fakeHttp } from "../src/testing/fake-http.ts";
import type { Budget } from "../src/basics/budget.ts";
import type { GenerateResult } from "../src/basics/receipt.ts";
import type { Decision, Offer } from "../src/basics/types.ts";
import { wishesFor } from "../src/buy/wishes-for.ts";

/** Three models of two providers; `b` makes one image per call. */
const ROWS: readonly CatalogueRow[] = [
  exampleRow({ provider: "a", id: "a-1" }),
  exampleRow({ provider: "a", id: "a-2" }),
  exampleRow({ provider: "b", id: "b-1", maxImagesPerCall: 1 }),
];
/** All of them, in the order of the offers. */
export const ALL: readonly string[] = ["a-1", "a-2", "b-1"];

const NUMERIC: Intl.CollatorOptions = { numeric: true };

/** What differs from a request for one image of {@link ALL} offers. */
export interface Setting {
  /** Models of the offers in order; `a-1+b-1` is one offer in two steps, to 2048x2048. */
  models?: readonly string[];
  count?: number;
  policy?: Partial<Policy>;
  budget?: Budget;
  /** Reserves for the first offer beforehand. */
  hold?: boolean;
  options?: GenerateOptions;
  /** Models of the decision that is made when the budget moved. */
  replanned?: readonly string[];
  change?: (host: GenerateHost) => Partial<GenerateHost>;
}

/** What came of a request, seen from outside. */
export interface Outcome {
  result: GenerateResult;
  /** Models in the order in which they got a POST. */
  sent: string[];
  /** Images that each POST asked for. */
  asked: number[];
  /** How many times each POST asked to enlarge. */
  factors: (number | undefined)[];
  heldIds: string[];
  /** State and amount of each line in the books, in the order of the reservations. */
  lines: [string, number][];
  replans: number;
}

function rowOf(model: string): CatalogueRow {
  const row = ROWS.find(({ id }) => id === model);
  if (!row) throw new RangeError(`no row for ${model}`);
  return row;
}

function offerOf(name: string, count: number): Offer {
  const [model = "", enlarger] = name.split("+");
  const offer = exampleOffer({ provider: rowOf(model).provider, model, count });
  if (enlarger === undefined) return offer;
  const large = { size: "2048x2048", widthPx: 2048, heightPx: 2048 };
  const second = { ...offerOf(enlarger, count), ...large, factor: 2 };
  return { ...offer, ...large, steps: [offer, second] };
}

function decisionFor(models: readonly string[], count: number): Decision {
  const offers = models.map((name) => offerOf(name, count));
  const decision: Decision = {
    offers,
    rejected: [],
    requiredTier: "standard",
    brief: readBrief(exampleRequest({ count })),
    warnings: [],
  };
  const blocked = { code: "budget_exceeded", message: "Nothing fits the budget.", hint: "" } as const;
  return offers.length > 0 ? decision : { ...decision, blocked };
}

/** Runs one request; the script answers the POSTs in order. */
export async function generate(script: readonly FakeStep[], setting: Setting = {}): Promise<Outcome> {
  const { models = ALL, count = 1, policy = {}, budget = {} } = setting;
  const clock = fakeClock();
  const http = fakeHttp(script);
  let ids = 0;
  let replans = 0;
  const random = { next: () => 0, id: () => `id-${(ids += 1)}` };
  const ledger = createLedger({ store: createMemoryLedgerStore(), clock, random, budget, run: "run" });
  const none = async (): Promise<void> => {};
  const host: GenerateHost = {
    http,
    clock,
    random,
    codec: nodeCodec,
    ledger,
    journal: { begin: none, submitted: none, keep: none, end: none },
    policy: { ...presetPolicy("auto"), ...policy },
    rowOf,
    providerOf: (id) => exampleProvider(id),
    replan: async () => {
      replans += 1;
      return decisionFor(setting.replanned ?? [], count);
    },
    stageNote: async () => undefined,
  };
  const planned = { request: exampleRequest({ count }), decision: decisionFor(models, count) };
  const held = setting.hold ? await holdFirst(host, planned) : undefined;
  const options = { ...setting.options, held };
  const result = await generateImages({ ...host, ...setting.change?.(host) }, planned, options);
  const bodies = http.requests.map(
    ({ request }) => JSON.parse(String(request.body)) as { model: string; count: number; factor?: number },
  );
  const entries = (await ledger.entries()).toSorted((left, right) => left.id.localeCompare(right.id, "en", NUMERIC));
  const lines = entries.map(({ state, microUsd }): [string, number] => [state, microUsd]);
  expect(http.stepsLeft()).toBe(0);
  return {
    result,
    sent: bodies.map(({ model }) => model),
    asked: bodies.map(({ count: images }) => images),
    factors: bodies.map(({ factor }) => factor),
    heldIds: (held ?? []).map(({ id }) => id),
    lines,
    replans,
  };
}

async function holdFirst(host: GenerateHost, planned: PlannedRequest): Promise<readonly Reservation[]> {
  const offer = planned.decision.offers[0];
  if (!offer) throw new RangeError("nothing to hold");
  const positions = Array.from({ length: planned.request.count }, (_, position) => position);
  const calls = wishesFor(host, planned, offer, positions, "");
  return host.ledger.reserve(calls.map(({ wish }) => wish));
}
