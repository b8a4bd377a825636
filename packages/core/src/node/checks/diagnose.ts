import type { ArtdeskConfig } from "../../assets/config/config.ts";
import { isArtdeskError } from "../../basics/errors.ts";
import type { Http } from "../../basics/ports.ts";
import type { RemoteProvider } from "../../models/adapter/provider.ts";
import { builtInCatalogue } from "../../models/catalogue/built-in-catalogue.ts";
import type { CatalogueRow } from "../../models/rows/row.ts";
import { systemClock } from "../platform/system-clock.ts";
import { createUndiciHttp } from "../platform/undici-http.ts";
import { platformId } from "../../models/adapter/platform-id.ts";
import { withPlatforms } from "../platform/with-platforms.ts";
import { tellClosedModels } from "../run/closed-models.ts";
import { type AssetDeskOptions, openAssetDesk } from "../run/asset-desk.ts";

/** One thing that was looked at. */
export interface Finding {
  state: "ok" | "warning" | "failed";
  subject: string;
  message: string;
  hint: string | undefined;
}

const LIVE_TIMEOUT_MS = 20_000;
const WARN_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Looks at the Node version, configuration, prompt files, ledger, keys and models that end soon. With `live` it also
 * asks each provider that has a key for its list of models, which is free. Never throws.
 */
export async function diagnose(options: AssetDeskOptions & { live: boolean }): Promise<Finding[]> {
  const findings: Finding[] = [nodeFinding()];
  let { rows } = builtInCatalogue;
  let settings: Pick<ArtdeskConfig, "baseUrls" | "connections"> = { baseUrls: {}, connections: {} };
  try {
    const desk = await openAssetDesk({ ...options, readOnly: true });
    try {
      const { config } = desk.workspace;
      settings = config;
      ({ rows } = desk.catalogue);
      findings.push(
        ok("configuration", config.file === undefined ? "no artdesk.yml: defaults hold" : `${config.file} is valid`),
      );
      for (const warning of desk.warnings)
        findings.push({ state: "warning", subject: "configuration", message: warning, hint: undefined });
      const listing = await desk.workspace.listAssets();
      for (const problem of listing.problems) findings.push(failedBy("prompt files", problem));
      findings.push(
        listing.assets.length > 0 ? ok("prompt files", `${listing.assets.length} assets found`) : nothingFound(),
      );
      await desk.artdesk.ledger.balances();
      findings.push(ok("ledger", "can be read"));
      const called = rows.map(({ provider, id }) => ({ provider, model: id }));
      for (const { model, message } of await tellClosedModels(desk, called))
        findings.push({
          state: "warning",
          subject: model,
          message,
          hint: "Run again after that, or use another model.",
        });
    } finally {
      await desk.close();
    }
  } catch (error) {
    findings.push(failedBy("configuration", error));
  }
  const providers = [...builtInCatalogue.providers.values()].filter((provider) => provider.kind !== "local");
  const { baseUrls, connections } = settings;
  const asked = withPlatforms(providers, options.env, baseUrls);
  const http = createUndiciHttp({ providers: asked, env: options.env, baseUrls, connections });
  try {
    for (const provider of providers) {
      // A server whose models nobody has named is not meant to be used.
      const byHand = provider.kind === "http" && provider.modelsByHand === true;
      const isUsed = !byHand || rows.some((row) => row.provider === provider.id);
      if (isUsed) findings.push(await providerFinding(http, provider, options.live));
    }
  } finally {
    await http.close();
  }
  return [...findings, ...lifecycleFindings(rows, options.clock?.nowMs() ?? systemClock.nowMs())];
}

function ok(subject: string, message: string): Finding {
  return { state: "ok", subject, message, hint: undefined };
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return ok("Node", process.versions.node);
  return {
    state: "failed",
    subject: "Node",
    message: `${process.versions.node} is too old`,
    hint: "Use Node 22.19 or newer.",
  };
}

function nothingFound(): Finding {
  return {
    state: "warning",
    subject: "prompt files",
    message: "none found",
    hint: "Run `artdesk init`, or set `prompts` in artdesk.yml.",
  };
}

function failedBy(subject: string, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  if (!isArtdeskError(error)) return { state: "failed", subject, message, hint: undefined };
  const place = error.location ? `${error.location.file}:${error.location.line ?? 1}: ` : "";
  return { state: "failed", subject, message: place + error.shortMessage, hint: error.hint };
}

async function providerFinding(http: Http, provider: RemoteProvider, live: boolean): Promise<Finding> {
  const { auth, name } = provider;
  if (!http.hasKey(provider.id)) {
    return { state: "warning", subject: name, message: "no key", hint: `Set ${auth.keyVariable} to use its models.` };
  }
  if (!live) return ok(name, "key is set");
  const question = keyQuestion(provider);
  if (question === undefined || !http.hasKey(question.provider))
    return ok(name, "key is set; it is tried with the first job");
  try {
    const headers = { accept: "application/json" };
    const response = await http.send({ ...question, method: "GET", headers }, { timeoutMs: LIVE_TIMEOUT_MS });
    for await (const _chunk of response.body) if (response.status >= 400) break;
    if (response.status === 200) return ok(name, "the key works");
    const refused = response.status === 401 || response.status === 403 || response.status === 400;
    return {
      state: "failed",
      subject: name,
      message: `answered ${response.status}${refused ? ": the key is not accepted" : ""}`,
      hint: refused ? `Check ${auth.keyVariable} and the base URL.` : "Try again later.",
    };
  } catch (error) {
    return failedBy(name, error);
  }
}

/** What to ask for free; undefined where asking would cost a job or need the id of one. */
function keyQuestion({ id, kind, auth }: RemoteProvider): { provider: string; path: string } | undefined {
  if (auth.platform !== undefined) return { provider: platformId(id), path: auth.platform.keyCheckPath };
  if (kind === "job" && auth.keyCheckPath === undefined) return undefined;
  return { provider: id, path: auth.keyCheckPath ?? "/models" };
}

function lifecycleFindings(rows: readonly CatalogueRow[], nowMs: number): Finding[] {
  return rows.flatMap((row): Finding[] => {
    const { shutdownOn, successor } = row.lifecycle;
    if (shutdownOn === undefined) return [];
    const days = Math.ceil((Date.parse(shutdownOn) - nowMs) / DAY_MS);
    if (days > WARN_DAYS) return [];
    const hint = successor === undefined ? undefined : `Use ${successor}.`;
    const message = days > 0 ? `ends on ${shutdownOn}, in ${days} days` : `ended on ${shutdownOn}`;
    return [{ state: "warning", subject: row.id, message, hint }];
  });
}
