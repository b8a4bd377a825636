import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { checkKilledRace, checkRace } from "./check-race.ts";

const folder = mkdtempSync(join(tmpdir(), "artdesk-race-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("16 processes on one SQLite file", () => {
  it("spend the budget and not a micro-dollar more", { timeout: 120_000 }, () =>
    checkRace(
      {
        store: { kind: "sqlite", path: join(folder, "race.sqlite") },
        limitMicroUsd: 3_000_000,
        worstCaseMicroUsd: 50_000,
      },
      16,
    ),
  );

  it("leave readable books when they are killed", { timeout: 120_000 }, () =>
    checkKilledRace(
      {
        store: { kind: "sqlite", path: join(folder, "killed.sqlite") },
        limitMicroUsd: 3_000_000,
        worstCaseMicroUsd: 50_000,
      },
      16,
      12,
    ),
  );
});
