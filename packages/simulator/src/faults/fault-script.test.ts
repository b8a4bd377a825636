import { expect, test } from "vitest";
import { parseFaults } from "./fault.ts";
import { FaultScript } from "./fault-script.ts";

const call = { provider: "openai", model: "gpt-image-2", prompt: "a red fox" };

function scriptOf(list: unknown): FaultScript {
  const script = new FaultScript();
  script.replace(parseFaults(list));
  return script;
}

function hits(script: FaultScript, target: typeof call, calls: number): boolean[] {
  return Array.from({ length: calls }, () => script.take(target) !== undefined);
}

test("a fault hits once unless it says otherwise", () => {
  expect(hits(scriptOf([{ kind: "auth" }]), call, 3)).toEqual([true, false, false]);
  expect(hits(scriptOf([{ kind: "auth", times: 2 }]), call, 3)).toEqual([true, true, false]);
  expect(hits(scriptOf([{ kind: "auth", times: "always" }]), call, 3)).toEqual([true, true, true]);
  expect(hits(scriptOf([{ kind: "auth", after: 1 }]), call, 3)).toEqual([false, true, false]);
});

test("provider, model and prompt select; other calls are not counted", () => {
  const script = scriptOf([{ kind: "auth", provider: "openai", model: "gpt-image-2", match: "fox", after: 1 }]);
  expect(hits(script, { ...call, provider: "gemini" }, 2)).toEqual([false, false]);
  expect(hits(script, { ...call, model: "gpt-image-2.5-flare" }, 2)).toEqual([false, false]);
  expect(hits(script, { ...call, prompt: "a bear" }, 2)).toEqual([false, false]);
  expect(hits(script, call, 2)).toEqual([false, true]);
});

test("faults are taken in the order of the list, and a new script replaces the old one", () => {
  const script = scriptOf([{ kind: "auth" }, { kind: "slow", delayMs: 5 }]);
  expect(script.take(call)?.kind).toBe("auth");
  expect(script.remaining()).toMatchObject([{ kind: "slow", delayMs: 5 }]);
  expect(script.take(call)?.kind).toBe("slow");
  script.replace(parseFaults([{ kind: "partial" }]));
  expect(script.take(call)?.kind).toBe("partial");
  script.replace([]);
  expect(script.take(call)).toBeUndefined();
});

test("parameters have defaults", () => {
  expect(parseFaults([{ kind: "rate_limit" }, { kind: "server_error" }])).toMatchObject([
    { retryAfterMs: 1000, retryAfterHeader: "retry-after", times: 1, after: 0 },
    { status: 500, billed: false },
  ]);
});

test.each([
  ["no list", { kind: "auth" }, "(list)"],
  ["an unknown kind", [{ kind: "fire" }], "0.kind"],
  ["a parameter of another kind", [{ kind: "auth", delayMs: 5 }], "0.delayMs"],
  ["a missing parameter", [{ kind: "auth" }, { kind: "slow" }], "1.delayMs"],
  ["a status that is no server error", [{ kind: "server_error", status: 404 }], "0.status"],
  ["no times at all", [{ kind: "auth", times: 0 }], "0.times"],
])("%s is refused, with its path", (_name, list, path) => {
  expect(() => parseFaults(list)).toThrow(path);
});
