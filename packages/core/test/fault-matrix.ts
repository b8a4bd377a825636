import { type FaultInput, type Simulator, startSimulator } from "@artdesk/simulator";
import { builtInCatalogue } from "../src/models/catalogue/built-in-catalogue.ts";
import type { Catalogue } from "../src/models/catalogue/catalogue.ts";
import type { CatalogueRow } from "../src/models/rows/row.ts";
import { createNodeArtdesk } from "../src/node/platform/create-node-artdesk.ts";
import { parsePolicy } from "../src/decide/policy/parse-policy.ts";
import type { Policy } from "../src/decide/policy/policy.ts";
import { fakeClock } from "../src/testing/fake-clock.ts";
import { FAULT_CASES, FAULT_PROVIDERS, type FaultCase, type FaultProvider, JOB_PROVIDERS } from "./fault-cases.ts";
import type { ImageRequest } from "../src/basics/types.ts";
import { openTimeLimit } from "./time-limits.ts";

export type OnUnknown = Policy["onUnknown"];

/** One request under one fault. */
export interface MatrixCase {
  fault: FaultCase;
  provider: FaultProvider;
  times: "once" | "always";
  /** Images asked for. */
  count: number;
  onUnknown: OnUnknown;
}

/** What the provider's side and the books say afterwards. Money in micro-USD. */
export interface MatrixResult {
  posts: number;
  imagesBilled: number;
  billedMicroUsd: number;
  imagesDelivered: number;
  settledMicroUsd: number;
  unknownMicroUsd: number;
  releasedLines: number;
  /** Lines that never came to an end. */
  openLines: number;
  errorCode: string;
}

export const NOW_MS: number = Date.UTC(2026, 10, 23, 12);
export const PROMPT = "A red kite over a meadow";

/** What the simulator bills for the one model here without a published price. */
const REPLICATE_MODEL = "bytedance/seedream-4.5";
const catalogue: Catalogue = {
  ...builtInCatalogue,
  rows: builtInCatalogue.rows
    .map((row) => (endsLater(row) ? { ...row, lifecycle: { ...row.lifecycle, shutdownOn: undefined } } : row))
    .map((row) =>
      row.id === REPLICATE_MODEL ? { ...row, price: { kind: "per_image", microUsdPerImage: 40_000 } } : row,
    ),
};

/** The table is about faults: an end that is announced after it was recorded must not choose other models for it. */
function endsLater({ lifecycle: { shutdownOn } }: CatalogueRow): boolean {
  return shutdownOn !== undefined && shutdownOn > "2026-12-01";
}

/** OpenAI and Gemini are left to the policy; the others are asked for one model. */
const REQUESTS: Readonly<Record<FaultProvider, Partial<ImageRequest>>> = {
  openai: {},
  gemini: {},
  openrouter: { model: "bytedance-seed/seedream-4.5", resolution: "2K" },
  fal: { model: "Dreamina 3.1", resolution: "2K" },
  replicate: { model: "Seedream 4.5 on Replicate", resolution: "2K" },
};

/** Every case, in the order of the table. */
export function matrixCases(): MatrixCase[] {
  const cases: MatrixCase[] = [];
  for (const provider of FAULT_PROVIDERS) {
    for (const fault of FAULT_CASES) {
      if (fault.providers?.includes(provider) === false) continue;
      for (const times of ["once", "always"] as const) {
        for (const count of [1, 4]) {
          for (const onUnknown of ["stop", "next", "retry"] as const)
            cases.push({ fault, provider, times, count, onUnknown });
        }
      }
    }
  }
  return cases;
}

/** Runs work on as many simulators as there are `lanes`; results keep the order of the work. */
export async function onSimulators<Work, Result>(
  work: readonly Work[],
  lanes: number,
  run: (simulator: Simulator, item: Work) => Promise<Result>,
): Promise<Result[]> {
  const results = new Map<number, Result>();
  let next = 0;
  const lane = async (): Promise<void> => {
    const simulator = await startSimulator({ seed: 1, now: () => NOW_MS });
    try {
      for (let index = next++; index < work.length; index = next++) {
        const item = work[index];
        if (item === undefined) break;
        simulator.reset();
        results.set(index, await run(simulator, item));
      }
    } finally {
      await simulator.close();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return [...results].toSorted(([left], [right]) => left - right).map(([, result]) => result);
}

/** Makes the request through an art desk and reads both sides' books. */
export async function runMatrixCase(simulator: Simulator, matrixCase: MatrixCase): Promise<MatrixResult> {
  const { fault, provider, times, count, onUnknown } = matrixCase;
  simulator.faults([scripted(matrixCase)]);
  let ids = 0;
  const policy = parsePolicy("auto");
  const limit = fault.isSlow ? openTimeLimit(simulator, times) : undefined;
  const desk = await createNodeArtdesk({
    env: simulator.env,
    catalogue,
    providers: [provider],
    clock: fakeClock({ startMs: NOW_MS }),
    random: { next: () => 0.5, id: () => `id-${(ids += 1)}` },
    policy: { ...policy, onUnknown, deadlineMs: limit?.durationMs ?? policy.deadlineMs },
  });
  try {
    const { images, error } = await desk.generate({ prompt: PROMPT, count, ...REQUESTS[provider] });
    if (JOB_PROVIDERS.includes(provider)) await untilJobsEnd();
    const lines = await desk.ledger.entries();
    const sum = (state: string): number =>
      lines.filter((line) => line.state === state).reduce((total, line) => total + line.microUsd, 0);
    const statement = simulator.statement();
    return {
      posts: postsOf(simulator),
      imagesBilled: statement.images,
      billedMicroUsd: statement.totalMicroUsd,
      imagesDelivered: images.length,
      settledMicroUsd: sum("settled"),
      unknownMicroUsd: sum("unknown"),
      releasedLines: lines.filter((line) => line.state === "released").length,
      openLines: lines.filter((line) => line.state === "held" || line.state === "in_flight").length,
      errorCode: error?.code ?? "",
    };
  } finally {
    await limit?.close();
    await desk.close();
  }
}

/** The fault as the simulator's script wants it. */
export function scripted({ fault, provider, times }: MatrixCase): FaultInput {
  return { ...fault.fault, provider, times: times === "once" ? 1 : "always" };
}

/** A job that nobody follows ends and is billed all the same: two timers later, in this process. */
async function untilJobsEnd(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** POSTs for images that the simulator received: giving a job up is a POST, too, at one provider. */
export function postsOf(simulator: Simulator): number {
  return simulator.calls().filter(({ method, path }) => method === "POST" && !path.endsWith("/cancel")).length;
}
