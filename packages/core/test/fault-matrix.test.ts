import { readFile, writeFile } from "node:fs/promises";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { FAULT_PROVIDERS } from "./fault-cases.ts";
import { type MatrixCase, matrixCases, onSimulators, runMatrixCase } from "./fault-matrix.ts";
import { runRawSdk } from "./raw-sdk.ts";
import { faultTable, type MatrixRow } from "./fault-table.ts";
import { holdTimeLimits } from "./time-limits.ts";

const GOLDEN = new URL("__golden__/fault-matrix.md", import.meta.url);
/** POSTs that a call may take with the default policy: one and two retries. */
const POSTS_PER_CALL = 3;

let rows: readonly MatrixRow[] = [];

beforeAll(async () => {
  const cases = matrixCases();
  const comparable = cases.filter(({ provider, onUnknown }) => provider === "openai" && onUnknown === "stop");
  holdTimeLimits();
  const [results, sdkResults] = await Promise.all([
    onSimulators(cases, 6, runMatrixCase),
    onSimulators(comparable, 12, runRawSdk),
  ]);
  vi.restoreAllMocks();
  const sdkByKey = new Map(comparable.map((item, index) => [keyOf(item), sdkResults[index]]));
  rows = cases.map((matrixCase, index) => {
    const result = results[index];
    if (!result) throw new RangeError("a case without a result");
    return { matrixCase, result, sdk: matrixCase.provider === "openai" ? sdkByKey.get(keyOf(matrixCase)) : undefined };
  });
}, 300_000);

function keyOf({ fault, times, count }: MatrixCase): string {
  return `${fault.name}, ${times}, ${count}`;
}

/** The rows that break a rule, so that a failure shows them. */
function breaking(rule: (row: MatrixRow) => boolean): string[] {
  return rows
    .filter((row) => !rule(row))
    .map(
      ({ matrixCase, result, sdk }) =>
        `${matrixCase.provider}, ${keyOf(matrixCase)}, ${matrixCase.onUnknown}: ${JSON.stringify(result)} ${JSON.stringify(sdk)}`,
    );
}

/** Calls that the wanted images take: these two make many in one, the others one. */
function callsOf({ provider, count }: MatrixCase): number {
  return provider === "openai" || provider === "fal" ? 1 : count;
}

describe("every fault", () => {
  test("is in the matrix for every provider", () => {
    expect(new Set(rows.map(({ matrixCase }) => matrixCase.provider))).toEqual(new Set(FAULT_PROVIDERS));
    expect(rows.length).toBe(matrixCases().length);
    const ofOpenAi = rows.filter(({ matrixCase }) => matrixCase.provider === "openai");
    expect(rows.filter(({ sdk }) => sdk)).toEqual(ofOpenAi);
    expect(ofOpenAi.length).toBeGreaterThan(200);
  });

  test("never leaves the ledger below the provider's statement", () => {
    expect(breaking(({ result }) => result.settledMicroUsd + result.unknownMicroUsd >= result.billedMicroUsd)).toEqual(
      [],
    );
  });

  test("is settled to the micro-USD when no outcome is unknown", () => {
    expect(
      breaking(({ result }) => result.unknownMicroUsd > 0 || result.settledMicroUsd === result.billedMicroUsd),
    ).toEqual([]);
  });

  test("leaves no reservation open", () => {
    expect(breaking(({ result }) => result.openLines === 0)).toEqual([]);
  });

  test("shows an error exactly when images are missing", () => {
    expect(
      breaking(({ matrixCase, result }) => (result.imagesDelivered === matrixCase.count) === (result.errorCode === "")),
    ).toEqual([]);
  });

  test("never delivers more images than were billed", () => {
    expect(breaking(({ result }) => result.imagesDelivered <= result.imagesBilled)).toEqual([]);
  });

  test("never takes more POSTs or images than three per call", () => {
    expect(
      breaking(
        ({ matrixCase, result }) =>
          result.posts <= POSTS_PER_CALL * callsOf(matrixCase) &&
          result.imagesBilled <= POSTS_PER_CALL * matrixCase.count,
      ),
    ).toEqual([]);
  });

  test("never takes more POSTs or images than the openai package does, unless the policy pays again for what the package gives up on", () => {
    expect(
      breaking(({ matrixCase, result, sdk }) => {
        if (!sdk) return true;
        const packageGivesUp = sdk.posts === 1;
        if (packageGivesUp && matrixCase.onUnknown !== "stop") return true;
        return result.posts <= sdk.posts && result.imagesBilled <= sdk.imagesBilled;
      }),
    ).toEqual([]);
  });

  test("with onUnknown: stop is billed for no image twice", () => {
    expect(
      breaking(({ matrixCase, result }) => matrixCase.onUnknown !== "stop" || result.imagesBilled <= matrixCase.count),
    ).toEqual([]);
  });

  test("that is final is sent once per call", () => {
    expect(
      breaking(({ matrixCase, result }) => !matrixCase.fault.isFinal || result.posts === callsOf(matrixCase)),
    ).toEqual([]);
  });

  test("ends as the table says", async () => {
    const table = faultTable(rows);
    if (process.env["UPDATE_GOLDEN"]) await writeFile(GOLDEN, table);
    expect(table).toBe(await readFile(GOLDEN, "utf8"));
  });
});
