import type { Simulator } from "@artdesk/simulator";
import { builtInCatalogue } from "../src/models/catalogue/built-in-catalogue.ts";
import type { Catalogue } from "../src/models/catalogue/catalogue.ts";
import type { QuestionStore } from "../src/judge/questions/find-questions.ts";
import { builtInJudges } from "../src/models/judges/built-in-judges.ts";
import { createArtdesk, type Artdesk } from "../src/artdesk.ts";
import { createMemoryLedgerStore } from "../src/buy/ledger/memory-ledger-store.ts";
import { nodeCodec } from "../src/node/platform/node-codec.ts";
import { createUndiciHttp } from "../src/node/platform/undici-http.ts";
import { presetPolicy } from "../src/decide/policy/presets.ts";
import type { Journal, LedgerStore } from "../src/basics/ports.ts";
import { fakeClock } from "../src/testing/fake-clock.ts";
import type { Budget } from "../src/basics/budget.ts";
import type { OfferTier } from "../src/basics/types.ts";

/** The day that these tests play. */
export const TODAY_MS: number = Date.parse("2026-11-23T12:00:00Z");

/** Only these qualities of one model, with tiers given to them. */
export function tieredCatalogue(modelId: string, tiers: Readonly<Record<string, OfferTier>>): Catalogue {
  const rows = builtInCatalogue.rows
    .filter(({ id }) => id === modelId)
    .map((row) => ({
      ...row,
      qualities: row.qualities
        .filter(({ id }) => tiers[id] !== undefined)
        .map((quality) => ({ ...quality, tiers: { generate: tiers[quality.id] ?? "unrated" } })),
    }));
  return { ...builtInCatalogue, rows };
}

export interface VerifyDeskOptions {
  catalogue?: Catalogue | undefined;
  budget?: Budget | undefined;
  /** Ids of the judges that may be asked. @default all */
  judges?: readonly string[] | undefined;
  /** Providers with a key. @default all */
  keys?: readonly string[] | undefined;
  questions?: QuestionStore | undefined;
  ledger?: LedgerStore | undefined;
  journal?: Journal | undefined;
  /** Starts its ids, so that desks on one ledger are told apart. @default "id" */
  name?: string | undefined;
}

/** A desk on the simulator, with a clock that stands and ids in order. */
export function verifyDesk(
  { env }: Pick<Simulator, "env">,
  options: VerifyDeskOptions = {},
): Artdesk & { close(): Promise<void> } {
  const catalogue = options.catalogue ?? builtInCatalogue;
  const http = createUndiciHttp({ providers: builtInCatalogue.providers.values(), env });
  const { keys, judges } = options;
  let ids = 0;
  const desk = createArtdesk({
    catalogue,
    policy: presetPolicy("auto"),
    budget: options.budget ?? {},
    ledger: options.ledger ?? createMemoryLedgerStore(),
    http: { ...http, hasKey: (provider) => http.hasKey(provider) && (keys?.includes(provider) ?? true) },
    clock: fakeClock({ startMs: TODAY_MS }),
    random: { next: () => 0.5, id: () => `${options.name ?? "id"}-${(ids += 1)}` },
    codec: nodeCodec,
    enabledProviders: ["openai", "gemini"],
    judges: builtInJudges.filter(({ id }) => judges?.includes(id) ?? true),
    questions: options.questions,
    journal: options.journal,
  });
  return { ...desk, close: () => http.close() };
}
