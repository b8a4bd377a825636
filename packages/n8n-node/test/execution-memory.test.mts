import type { INodeExecutionData } from "n8n-workflow";
import { describe, expect, it } from "vitest";
import { createExecutionMemories, type ExecutionMemories } from "../nodes/Artdesk/host/execution-memory.ts";

function memoriesAt(clock: { nowMs: number }): ExecutionMemories<object> {
  return createExecutionMemories(
    () => ({}),
    () => clock.nowMs,
  );
}

const output = (data: string): INodeExecutionData[] => [
  { json: {}, binary: { data: { data, mimeType: "image/png" } } },
];

describe("execution memories", () => {
  it("give every node of an execution the same books and outcomes", () => {
    const memories = memoriesAt({ nowMs: 0 });
    const first = memories.open("1");
    first.remember("a", { kind: "delivered", output: output("x") });
    expect(memories.open("1").books).toBe(first.books);
    expect(memories.open("1").recall("a")).toEqual({ kind: "delivered", output: output("x") });
    expect(memories.open("1").recall("b")).toBeUndefined();
  });

  it("keep executions apart, and share nothing between those without an id", () => {
    const memories = memoriesAt({ nowMs: 0 });
    memories.open("1").remember("a", { kind: "delivered", output: [] });
    expect(memories.open("2").recall("a")).toBeUndefined();
    expect(memories.open(undefined).books).not.toBe(memories.open(undefined).books);
    expect(memories.size).toBe(2);
  });

  it("forget an execution that has ended, and one unused for more than an hour", () => {
    const clock = { nowMs: 0 };
    const memories = memoriesAt(clock);
    memories.open("1").remember("a", { kind: "delivered", output: [] });
    memories.open("2").remember("a", { kind: "delivered", output: [] });
    memories.drop("1");
    expect(memories.open("1").recall("a")).toBeUndefined();
    clock.nowMs = 3_600_001;
    expect(memories.open("2").recall("a")).toBeDefined();
    expect(memories.size).toBe(1);
    memories.open("3");
    clock.nowMs += 3_600_001;
    memories.open("4");
    expect(memories.size).toBe(1);
  });

  it("keep at most 200 executions, the latest used", () => {
    const memories = memoriesAt({ nowMs: 0 });
    memories.open("first").remember("a", { kind: "delivered", output: [] });
    for (let id = 0; id < 250; id += 1) {
      memories.open(String(id));
      memories.open("first");
    }
    expect(memories.size).toBe(200);
    expect(memories.open("first").recall("a")).toBeDefined();
  });

  it("let go of the oldest when items hold more than 256 MB themselves", () => {
    const memories = memoriesAt({ nowMs: 0 });
    const big = "x".repeat(1024 * 1024);
    for (let id = 0; id < 3; id += 1) {
      for (let item = 0; item < 100; item += 1)
        memories.open(String(id)).remember(`item ${item}`, { kind: "delivered", output: output(big) });
    }
    memories.open("latest");
    expect(memories.open("2").recall("item 0")).toBeDefined();
    expect(memories.open("0").recall("item 0")).toBeUndefined();
  });
});
