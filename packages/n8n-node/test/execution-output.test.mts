import { describe, expect, it } from "vitest";
import { executionOutput } from "./harness/execution-output.mts";

const EXECUTION = { status: "success", data: { text: "{\n}\n", list: [{}, { name: "}" }] } };
const PRINTED = JSON.stringify(EXECUTION, null, 2);

describe("what `n8n execute --rawOutput` prints", () => {
  it.each([
    ["nothing else", `${PRINTED}\n`],
    ["a log before it", `Starting ...\n{ "level": "info" }\n${PRINTED}\n`],
    ["a log after it", `${PRINTED}\nTask runner ended\n{"level":"warn"}\n}\n`],
    ["a log on both sides, and no line's end", `Initializing\n${PRINTED}\nShutting down`],
  ])("is read with %s", (_what, printed) => {
    expect(executionOutput(printed)).toEqual(EXECUTION);
  });

  it.each(["", "The workflow does not exist\n", "{\n  cut off", `${PRINTED.replaceAll("\n", "")}\n`])(
    "is shown where it is no execution: %j",
    (printed) => {
      expect(() => executionOutput(printed)).toThrow(`n8n printed no execution: ${printed}`);
    },
  );
});
