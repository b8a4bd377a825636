import type { ErrorCode } from "@artdesk/core";
import { expect, test } from "vitest";
import { exitCodeOf, exitCodeOfAll } from "./exit-code.ts";

test.each<[ErrorCode, number]>([
  ["invalid_request", 2],
  ["invalid_policy", 2],
  ["no_candidate", 2],
  ["budget_exceeded", 3],
  ["auth_failed", 1],
  ["rate_limited", 1],
  ["quota_exhausted", 1],
  ["content_refused", 1],
  ["unavailable", 1],
  ["network", 1],
  ["timeout", 1],
  ["bad_response", 1],
  ["aborted", 1],
  ["exhausted", 1],
])("%s ends with %i", (code, exitCode) => {
  expect(exitCodeOf(code)).toBe(exitCode);
});

test("of several errors invalid input counts most, then failures, then the budget", () => {
  expect(exitCodeOfAll([])).toBe(0);
  expect(exitCodeOfAll(["budget_exceeded"])).toBe(3);
  expect(exitCodeOfAll(["budget_exceeded", "network"])).toBe(1);
  expect(exitCodeOfAll(["budget_exceeded", "network", "no_candidate"])).toBe(2);
});
