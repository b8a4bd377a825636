import { describe, expect, test } from "vitest";
import { ArtdeskError } from "../basics/errors.ts";
import type { HttpRequest } from "../basics/ports.ts";
import { fakeClock } from "./fake-clock.ts";
import { fakeHttp, fakeResponse } from "./fake-http.ts";

const request: HttpRequest = { provider: "openai", method: "POST", path: "/x", headers: {}, body: "{}" };

describe("fake http", () => {
  test("answers in order and records each request", async () => {
    const refused = new ArtdeskError({ code: "network", shortMessage: "refused" });
    const http = fakeHttp([{ body: { a: 1 } }, refused, ({ path }) => ({ status: 404, body: path })]);
    const first = await http.send(request, { timeoutMs: 5 });
    expect(first.status).toBe(200);
    await expect(http.send(request, { timeoutMs: 6 })).rejects.toBe(refused);
    expect((await http.send(request, { timeoutMs: 7 })).status).toBe(404);
    await expect(http.send(request, { timeoutMs: 8 })).rejects.toMatchObject({
      shortMessage: "No reply is scripted for request 4.",
    });
    expect(http.requests).toEqual([5, 6, 7, 8].map((timeoutMs) => ({ request, timeoutMs })));
    http.script({ status: 201 });
    expect(http.stepsLeft()).toBe(1);
  });

  test("sends nothing once it is aborted, and knows its keys", async () => {
    const http = fakeHttp([{}], ["openai"]);
    await expect(http.send(request, { timeoutMs: 1, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "aborted",
      billed: "no",
    });
    expect([http.stepsLeft(), http.hasKey("openai"), http.hasKey("gemini")]).toEqual([1, true, false]);
  });

  test("cuts bodies into chunks and breaks them off", async () => {
    const sizes: number[] = [];
    const reading = (async () => {
      for await (const chunk of fakeResponse({ body: "0123456789", chunkBytes: 4, cutAfterBytes: 9 }).body)
        sizes.push(chunk.length);
    })();
    await expect(reading).rejects.toThrow("socket hang up");
    expect(sizes).toEqual([4, 4, 1]);
  });
});

describe("fake clock", () => {
  test("moves on with every sleep", async () => {
    const clock = fakeClock({ startMs: 100 });
    await clock.sleep(30);
    await clock.sleep(5);
    expect([clock.nowMs(), clock.sleeps]).toEqual([135, [30, 5]]);
  });

  test("wakes sleepers at their own times when it is manual", async () => {
    const clock = fakeClock({ startMs: 0, manual: true });
    const woken: string[] = [];
    const sleeper = async (name: string, ...naps: number[]): Promise<void> => {
      for (const nap of naps) {
        await clock.sleep(nap);
        woken.push(`${name}@${clock.nowMs()}`);
      }
    };
    const all = [sleeper("a", 50), sleeper("b", 20, 20, 20), sleeper("c", 200)];
    await clock.advance(60);
    expect(woken).toEqual(["b@20", "b@40", "a@50", "b@60"]);
    expect(clock.nowMs()).toBe(60);
    await clock.advance(140);
    await Promise.all(all);
    expect(woken.at(-1)).toBe("c@200");
  });

  test("wakes a sleeper that is aborted", async () => {
    const clock = fakeClock({ manual: true });
    const controller = new AbortController();
    const nap = clock.sleep(1_000_000, controller.signal);
    controller.abort();
    await expect(nap).resolves.toBeUndefined();
    await expect(clock.sleep(5, controller.signal)).resolves.toBeUndefined();
    expect(clock.sleeps).toEqual([1_000_000, 5]);
  });
});
