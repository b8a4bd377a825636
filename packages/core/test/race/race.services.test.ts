import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { requireServiceUrl } from "../service-url.ts";
import { checkPaidRace } from "./check-paid-race.ts";
import { checkKilledRace, checkRace } from "./check-race.ts";
import type { RaceStore } from "./race-setup.ts";
import { runPaidRace } from "./run-paid-race.ts";

const folder = mkdtempSync(join(tmpdir(), "artdesk-race-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const PROCESSES = 64;
const limits = { limitMicroUsd: 5_000_000, worstCaseMicroUsd: 50_000 };

const stores: Record<RaceStore["kind"], () => RaceStore> = {
  sqlite: () => ({ kind: "sqlite", path: join(folder, `${randomUUID()}.sqlite`) }),
  redis: () => ({ kind: "redis", url: requireServiceUrl("REDIS"), keyPrefix: `race-${randomUUID()}:` }),
  postgres: () => ({
    kind: "postgres",
    url: requireServiceUrl("POSTGRES"),
    table: `race_${randomUUID().replaceAll("-", "")}`,
  }),
};

describe.each(["sqlite", "redis", "postgres"] as const)("64 processes on %s", (kind) => {
  it("spend the budget and not a micro-dollar more", { timeout: 300_000 }, () =>
    checkRace({ store: stores[kind](), ...limits }, PROCESSES),
  );

  it("leave readable books when they are killed", { timeout: 300_000 }, () =>
    checkKilledRace({ store: stores[kind](), ...limits }, PROCESSES, 48),
  );

  it(
    "buy images until the budget is gone, and the bank billed what the ledger says",
    { timeout: 300_000 },
    async () => {
      const race = await runPaidRace(stores[kind](), { limitMicroUsd: 1_000_000, processes: PROCESSES, faults: [] });
      await checkPaidRace(race, false);
    },
  );

  it("never let the bank bill more than the budget when calls fail", { timeout: 300_000 }, async () => {
    const faults = [
      { kind: "cut_in_body", after: 3, times: 4 },
      { kind: "moderation", after: 6, times: 4 },
      { kind: "cut_before_headers", after: 9, times: 4 },
      { kind: "server_error", after: 12, times: 6 },
    ] as const;
    const race = await runPaidRace(stores[kind](), { limitMicroUsd: 1_000_000, processes: PROCESSES, faults });
    await checkPaidRace(race, true);
  });
});
