import { ArtdeskError, type ArtdeskErrorOptions } from "../src/basics/errors.ts";
import type { ArtdeskEvent } from "../src/basics/events.ts";
import type { AttemptHost, AttemptResult, AttemptTask } from "../src/buy/attempt-task.ts";
import { runAttempt } from "../src/buy/attempt.ts";
import { createLedger } from "../src/buy/ledger/ledger.ts";
import { createMemoryLedgerStore } from "../src/buy/ledger/memory-ledger-store.ts";
import { presetPolicy } from "../src/decide/policy/presets.ts";
import { nodeCodec } from "../src/node/platform/node-codec.ts";
import { exampleCall } from "../src/testing/example-call.ts";
import { exampleProvider } from "../src/testing/example-provider.ts";
import { type FakeClock, fakeClock } from "../src/testing/fake-clock.ts";
import { type FakeHttp, type FakeStep, fakeHttp } from "../src/testing/fake-http.ts";

/** What the HTTP port rejects with; `rate_limited` and surely not billed unless said otherwise. */
export function failure(options: Partial<ArtdeskErrorOptions>): ArtdeskError {
  return new ArtdeskError({ code: "rate_limited", shortMessage: "No.", billed: "no", ...options });
}

/** A problem that a reply states. */
export function said(options: Pick<ArtdeskErrorOptions, "code" | "billed">): ArtdeskErrorOptions {
  return { shortMessage: "No.", ...options };
}

/** One attempt with everything around it. */
export interface Bench {
  host: AttemptHost;
  task: AttemptTask;
  http: FakeHttp;
  clock: FakeClock;
  /** What was written and sent, in order. */
  steps: string[];
  events: ArtdeskEvent[];
  run(): Promise<AttemptResult>;
  /** State and amount of the attempt's line in the books. */
  line(): Promise<[string, number] | undefined>;
}

/** Prepares one attempt on fakes; the script answers its POSTs. `random` is what chance gives, from 0 up to 1. */
export async function bench(
  script: readonly FakeStep[],
  {
    count = 1,
    manual = false,
    random = 0,
    ...changes
  }: Partial<AttemptTask> & { count?: number; manual?: boolean; random?: number } = {},
): Promise<Bench> {
  const clock = fakeClock({ manual });
  const http = fakeHttp(script);
  const steps: string[] = [];
  const events: ArtdeskEvent[] = [];
  const source = { next: () => random, id: () => "one" };
  const ledger = createLedger({ store: createMemoryLedgerStore(), clock, random: source, budget: {}, run: "run" });
  const call = exampleCall({ count, request: { count } });
  const [reservation] = await ledger.reserve([
    {
      id: "attempt",
      amountMicroUsd: 60_000 * count,
      provider: "example",
      model: call.offer.model,
      quality: "medium",
      size: "1024x1024",
      images: count,
      tags: {},
      subject: "",
    },
  ]);
  if (!reservation) throw new RangeError("nothing was reserved");
  const note =
    <Parameters extends unknown[], Result>(name: string, run: (...parameters: Parameters) => Promise<Result>) =>
    async (...parameters: Parameters): Promise<Result> => {
      steps.push(name);
      return run(...parameters);
    };
  const host: AttemptHost = {
    clock,
    random: source,
    codec: nodeCodec,
    http: { ...http, send: note("send", http.send) },
    ledger: {
      ...ledger,
      begin: note("ledger.begin", ledger.begin),
      settle: note("settle", ledger.settle),
      release: note("release", ledger.release),
      markUnknown: note("markUnknown", ledger.markUnknown),
    },
    journal: {
      begin: note("journal.begin", async () => {}),
      submitted: async () => {},
      keep: async (_id, images, costMicroUsd) => void steps.push(`keep ${images.length} for ${costMicroUsd}`),
      end: async (_id, outcome) => void steps.push(`end ${outcome}`),
    },
  };
  const task: AttemptTask = {
    provider: exampleProvider(),
    row: call.row,
    call,
    reservation,
    positions: Array.from({ length: count }, (_, position) => position),
    journalNote: "",
    policy: presetPolicy("auto"),
    allowance: { left: 3 },
    keepPosts: 0,
    signal: undefined,
    onEvent: (event) => void events.push(event),
    ...changes,
  };
  return {
    host,
    task,
    http,
    clock,
    steps,
    events,
    run: () => runAttempt(host, task),
    async line() {
      const entry = (await ledger.entries()).find(({ id }) => id === "attempt");
      return entry && [entry.state, entry.microUsd];
    },
  };
}
