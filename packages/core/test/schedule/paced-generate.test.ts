import { expect, test } from "vitest";
import { startSimulator } from "@artdesk/simulator";
import { createArtdesk, type ArtdeskEvent } from "../../src/index.ts";
import { builtInCatalogue } from "../../src/models/catalogue/built-in-catalogue.ts";
import { createMemoryLedgerStore } from "../../src/buy/ledger/memory-ledger-store.ts";
import { nodeCodec } from "../../src/node/platform/node-codec.ts";
import { systemRandom } from "../../src/node/platform/system-random.ts";
import { createUndiciHttp } from "../../src/node/platform/undici-http.ts";
import { parsePolicy } from "../../src/decide/policy/parse-policy.ts";
import { createPacer } from "../../src/buy/schedule/pacer.ts";
import { fakeClock } from "../../src/testing/fake-clock.ts";

test("twelve images at five a minute: one refusal at most, all made, the wait is told and in the reasons", async () => {
  const clock = fakeClock({ startMs: Date.UTC(2026, 10, 23, 12), manual: true });
  const simulator = await startSimulator({ imagesPerMinute: 5, now: () => clock.nowMs() });
  const http = createUndiciHttp({ providers: builtInCatalogue.providers.values(), env: simulator.env });
  const events: ArtdeskEvent[] = [];
  const sending = new Set<object>();
  const store = createMemoryLedgerStore();
  try {
    const desk = createArtdesk({
      catalogue: builtInCatalogue,
      policy: parsePolicy("auto"),
      budget: {},
      ledger: store,
      http: {
        hasKey: (provider) => http.hasKey(provider),
        download: (...parameters) => http.download(...parameters),
        send: async (request, sendOptions) => {
          sending.add(request);
          try {
            const response = await http.send(request, sendOptions);
            const chunks: Uint8Array[] = [];
            for await (const chunk of response.body) chunks.push(chunk);
            return { ...response, body: replay(chunks) };
          } finally {
            sending.delete(request);
          }
        },
      },
      clock,
      random: systemRandom,
      codec: nodeCodec,
      pacer: createPacer({ clock, random: systemRandom, store, process: "one" }),
    });
    const done: string[] = [];
    const made = Promise.all(
      Array.from({ length: 12 }, async (_, index) => {
        const request = { prompt: `Lighthouse ${index}`, model: "gpt-image-2", quality: "low" };
        const result = await desk.generate(request, { onEvent: (event) => events.push(event) });
        done.push(request.prompt);
        return result;
      }),
    );
    // Virtual time stands still while a request is on its way: real replies must not take virtual minutes.
    while (done.length < 12) {
      if (sending.size === 0) await clock.advance(100);
      await new Promise((resolve) => void setTimeout(resolve, 1));
    }
    const results = await made;
    expect(results.map(({ error }) => error)).toEqual(Array.from({ length: 12 }, () => undefined));
    expect(simulator.statement().images).toBe(12);
    expect(simulator.calls().filter(({ status }) => status === 429).length).toBeLessThanOrEqual(1);
    const told = events.filter(({ type }) => type === "waiting");
    expect(told).toContainEqual(
      expect.objectContaining({ message: "Waiting for OpenAI's limit of 5 images a minute.", code: "rate_limited" }),
    );
    const waits = results.filter(({ receipt }) =>
      receipt.reasons.some((reason) => /^Waited \d+ s for OpenAI/.test(reason)),
    );
    // Five start at once; one of the others may be the probe, whose wait the provider asked for.
    expect(waits.length).toBeGreaterThanOrEqual(6);
  } finally {
    await http.close();
    await simulator.close();
  }
}, 60_000);

async function* replay(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
