import { expect, test } from "vitest";
import { showTable } from "./show-table.ts";

test("wraps long cells at words and aligns amounts to the right", () => {
  const table = showTable(
    [
      { head: "asset", maxWidth: 12 },
      { head: "cost", align: "right" },
      { head: "why", maxWidth: 24 },
    ],
    [
      ["docs/hero", "$0.01356", "Everyday work: a standard model is good enough."],
      ["a", "$1.00", "Draft."],
    ],
  );
  expect(`\n${table}`).toMatchInlineSnapshot(`
    "
    asset          cost  why
    docs/hero  $0.01356  Everyday work: a
                         standard model is good
                         enough.
    a             $1.00  Draft.
    "
  `);
});
