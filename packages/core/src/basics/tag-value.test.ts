import fc from "fast-check";
import { expect, test } from "vitest";
import { findSpelling, foldTagValue, isSameTagValue } from "./tag-value.ts";

test.each([
  ["Acme", "acme"],
  [" acme ", "ACME"],
  ["ＡＣＭＥ", "acme"],
  ["Acme  Corp", "acme\u00A0corp"],
  ["Acme\tCorp", "Acme Corp"],
  ["ac\u200Bme", "acme"],
  ["ac\u00ADme", "acme"],
  ["Mu\u0308ller", "müller"],
  ["STRASSE", "Straße"],
  ["ΣΊΣΥΦΟΣ", "σίσυφος"],
  ["ﬁnch", "Finch"],
  ["㈱ Acme", "(株) acme"],
])("%j and %j are one name", (left, right) => {
  expect(isSameTagValue(left, right)).toBe(true);
});

test.each([
  ["acme", "acne"],
  ["acme", "acme corp"],
  ["Müller", "Muller"],
  ["a-b", "a b"],
  ["1", "l"],
])("%j and %j stay two names", (left, right) => {
  expect(isSameTagValue(left, right)).toBe(false);
});

test("folding is stable, and blind to case and white space around", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const fold = foldTagValue(text);
      expect(foldTagValue(fold)).toBe(fold);
      expect(foldTagValue(` ${text}\n`)).toBe(fold);
    }),
  );
});

test("the first spelling of a name is found", () => {
  expect(findSpelling(["Zed", "zed", "Acme"], "ZED ")).toBe("Zed");
  expect(findSpelling(["Zed"], "Acme")).toBeUndefined();
});
