import { expect, test } from "vitest";
import { TEST_DAY_MS, postOpenAi, simulatorForTest } from "../testing/simulator-under-test.ts";

test("without a limit nothing is refused, and replies with images name no account tier", async () => {
  const { status, headers } = await postOpenAi(await simulatorForTest(), { model: "gpt-image-2", prompt: "x", n: 10 });
  expect([status, [...headers.keys()].filter((name) => name.includes("ratelimit"))]).toEqual([200, []]);
});

test("a limit counts images per model over the last minute; a refused call costs and counts nothing", async () => {
  let nowMs = TEST_DAY_MS;
  const simulator = await simulatorForTest({ imagesPerMinute: 5, now: () => nowMs });
  const ask = (n: number, model = "gpt-image-2"): ReturnType<typeof postOpenAi> =>
    postOpenAi(simulator, { model, prompt: "x", quality: "low", n });
  const first = await ask(3);
  expect([first.status, first.headers.get("x-ratelimit-limit-tokens")]).toEqual([200, null]);
  nowMs += 20_000;
  expect((await ask(2)).status).toBe(200);
  const refused = await ask(1);
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("40");
  expect(refused.body.error.message).toContain("on images per min: Limit 5, Used 5");
  expect((await ask(5, "gpt-image-2.5-flare")).status).toBe(200);
  nowMs += 40_000;
  expect((await ask(3)).status).toBe(200);
  expect((await ask(1)).status).toBe(429);
  expect(simulator.statement().images).toBe(13);
});
