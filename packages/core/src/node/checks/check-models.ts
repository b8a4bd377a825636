import { isArtdeskError } from "../../basics/errors.ts";
import type { Http } from "../../basics/ports.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";
import { platformId } from "../../models/adapter/platform-id.ts";
import type { ModelFinding } from "../../models/checks/list-check.ts";
import { LIST_CHECKS } from "../../models/checks/list-checks.ts";

/** What came of asking one provider. */
export interface ModelCheck {
  provider: string;
  /** `skipped`: no key, or no list to compare with. `failed`: it could not be asked. */
  state: "checked" | "skipped" | "failed";
  /** Why it was skipped or failed. */
  reason: string | undefined;
  /** Rows that were compared. */
  models: number;
  findings: readonly ModelFinding[];
}

/**
 * Compares the catalogue with what each provider's own list of models says: ids that are gone, shutdown dates, prices.
 * Free of charge; asks only providers that have a key. Never rejects.
 * @param today - `YYYY-MM-DD`: rows that have ended by then need not be listed any more.
 */
export async function checkModels(options: {
  /** With the providers' other addresses: see {@link withPlatforms}. */
  http: Http;
  /** The models to compare. */
  catalogue: Catalogue;
  /** Everything that is known, to tell which ids are new. @default catalogue */
  known?: Catalogue | undefined;
  today: string;
  /** Only these providers, by id. @default all */
  providers?: readonly string[] | undefined;
}): Promise<ModelCheck[]> {
  const { http, catalogue, today } = options;
  const checks: ModelCheck[] = [];
  for (const provider of catalogue.providers.values()) {
    if (provider.kind === "local" || (options.providers && !options.providers.includes(provider.id))) continue;
    const living = catalogue.rows.filter(
      ({ lifecycle: { shutdownOn } }) => shutdownOn === undefined || today < shutdownOn,
    );
    const rows = living.filter((row) => row.provider === provider.id);
    const skipped = (reason: string): ModelCheck => {
      return { provider: provider.id, state: "skipped", reason, models: 0, findings: [] };
    };
    const check = LIST_CHECKS[provider.id];
    if (rows.length === 0) continue;
    if (check === undefined) checks.push(skipped(`${provider.name} has no list that could be compared`));
    else if (!http.hasKey(provider.id)) checks.push(skipped(`no key: set ${provider.auth.keyVariable}`));
    else if (provider.auth.platform !== undefined && !http.hasKey(platformId(provider.id)))
      checks.push(skipped(`its base URL is your own: set ${provider.auth.platform.baseUrlVariable}, too`));
    else
      checks.push(
        await runCheck(provider.id, rows.length, () => check({ http, rows, catalogue: options.known ?? catalogue })),
      );
  }
  return checks;
}

async function runCheck(provider: string, models: number, ask: () => Promise<ModelFinding[]>): Promise<ModelCheck> {
  try {
    return { provider, state: "checked", reason: undefined, models, findings: await ask() };
  } catch (error) {
    const reason = isArtdeskError(error) || error instanceof Error ? error.message : String(error);
    return { provider, state: "failed", reason, models: 0, findings: [] };
  }
}
