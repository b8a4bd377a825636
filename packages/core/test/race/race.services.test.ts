import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { requireServiceUrl } from "../service-url.ts";
import { checkKilledRace, checkRace } from "./check-race.ts";
import type { RaceStore } from "./race-setup.ts";

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
});
