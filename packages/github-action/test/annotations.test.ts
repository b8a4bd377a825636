import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { annotate, type Problem } from "../src/tell/annotations.ts";

let lines: string[] = [];

beforeEach(() => {
  lines = [];
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => lines.push(String(chunk).trim()) > 0);
});
afterEach(() => vi.restoreAllMocks());

const problem = (index: number, level: Problem["level"] = "error"): Problem => ({
  level,
  title: "Prompt file",
  message: `Unknown key ${index}`,
  file: `docs/${index}.image.md`,
  line: index,
});

it("points at file and line", () => {
  expect(annotate([problem(3)])).toBe(0);
  expect(lines).toEqual(["::error title=Prompt file,file=docs/3.image.md,line=3::Unknown key 3"]);
});

it("shows the first ten of a level and counts the rest", () => {
  const problems = [...Array.from({ length: 13 }, (_, index) => problem(index + 1)), problem(1, "warning")];
  expect(annotate(problems)).toBe(3);
  expect(lines.filter((line) => line.startsWith("::error"))).toHaveLength(10);
  expect(lines.filter((line) => line.startsWith("::warning"))).toHaveLength(1);
});

it("keeps a message from becoming a command", () => {
  annotate([{ level: "error", title: "a,b::c\n::set-output name=x::y", message: "one\n::add-mask::two\r\nthree" }]);
  expect(lines).toHaveLength(1);
  expect(lines[0]?.split("\n")).toHaveLength(1);
});

it("cuts what the runner would cut", () => {
  annotate([{ level: "notice", title: "long", message: "x".repeat(10_000) }]);
  expect(lines[0]?.length).toBeLessThan(4_096);
});
