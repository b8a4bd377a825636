import { type ArtdeskConfig, policyInput } from "../../assets/config/config.ts";
import { withReviewedMoney } from "../../assets/config/reviewed-money.ts";
import type { BatchClient } from "../../models/batch-services/batch-service.ts";
import { openBatchClient } from "../../models/batch-services/batch-client.ts";
import { builtInCatalogue } from "../../models/catalogue/built-in-catalogue.ts";
import type { Catalogue } from "../../models/catalogue/catalogue.ts";
import { workspaceCatalogue } from "../../assets/config/workspace-catalogue.ts";
import { closestName } from "../../basics/closest-name.ts";
import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import type { Pixels } from "../../finish/pixels.ts";
import { parsePolicy } from "../../decide/policy/parse-policy.ts";
import type { Policy } from "../../decide/policy/policy.ts";
import { type Stage, stagePolicy } from "../../decide/policy/stage-rules.ts";
import type { Clock, LedgerStore, Random } from "../../basics/ports.ts";
import type { Budget } from "../../basics/budget.ts";
import type { Urgency } from "../../basics/types.ts";
import { createNodeArtdesk, type NodeArtdesk } from "../platform/create-node-artdesk.ts";
import { createFileJournal, type FileJournal } from "../journal/file-journal.ts";
import { createFileQuestionStore } from "../workspace/file-question-store.ts";
import { systemClock } from "../platform/system-clock.ts";
import { systemRandom } from "../platform/system-random.ts";
import { createFileLedgerMemory } from "../workspace/file-ledger-memory.ts";
import { commandLineWays, type WaysBack } from "./ways-back.ts";
import { chooseLedger } from "./choose-ledger.ts";
import { openWorkspace, type Workspace } from "../workspace/workspace.ts";

const PRESETS = ["auto", "quality", "volume"] as const;

export interface AssetDeskOptions {
  cwd: string;
  /** Path of the configuration. @default artdesk.yml */
  config?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  /** Preset name, in place of the configured policy. */
  policy?: string | undefined;
  /** In place of the configured limits. Micro-USD. */
  runBudgetMicroUsd?: number | undefined;
  monthBudgetMicroUsd?: number | undefined;
  /** In place of the configured one, for prompt files that do not say it. */
  urgency?: Urgency | undefined;
  /** No call starts later than this, and cheap hours that begin later are not waited for. Unix time in milliseconds. */
  deadlineAtMs?: number | undefined;
  /**
   * The workspace outlives the run, so that a batch can be collected and a smaller image be enlarged later.
   * @default true
   */
  batches?: boolean | undefined;
  /** Only these providers, by id. */
  providers?: readonly string[] | undefined;
  /** A store of the host's own, or a spec in place of the configured one. */
  ledger?: LedgerStore | string | undefined;
  /** Whatever ledger is there holds the books from now on: somebody starts anew on purpose. @default false */
  renewLedger?: boolean | undefined;
  /**
   * The configuration that somebody has reviewed, where the one in the workspace is not: the latter's money counts only
   * where it is dearer or stricter.
   */
  reviewedConfig?: ArtdeskConfig | undefined;
  /** For drafts and refinements, or for a final made from one: decides the tier before the policy does. */
  stage?: Stage | undefined;
  /** Cuts files of exact pixels from larger images. @default none: sizes that no model makes are refused */
  pixels?: Pixels | undefined;
  /** Nothing will be written: a ledger that does not exist yet counts as empty. @default false */
  readOnly?: boolean | undefined;
  /** How this host ends a possibly billed call. @default by the command line */
  waysBack?: WaysBack | undefined;
  clock?: Clock | undefined;
  random?: Random | undefined;
}

/** A workspace with an art desk for it: what `plan`, `generate` and `check` work with. */
export interface AssetDesk {
  readonly workspace: Workspace;
  readonly artdesk: NodeArtdesk;
  readonly journal: FileJournal;
  readonly policy: Policy;
  readonly budget: Budget;
  /** For prompt files that do not say it. */
  readonly urgency: Urgency;
  /** Batches may be handed in; else what wants one is made at once. */
  readonly batches: boolean;
  /** The built-in models with the workspace's own prices and models. */
  readonly catalogue: Catalogue;
  readonly pixels: Pixels | undefined;
  readonly run: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The provider's batch service. Throws `no_candidate` for one without. */
  openBatches(provider: string): BatchClient;
  readonly stage: Stage | undefined;
  /** Only providers that draw storyboard cards are in use. */
  readonly drawsOnly: boolean;
  /** What a person can do about a possibly billed call. */
  readonly waysBack: WaysBack;
  /** Says what is odd about the set-up. */
  readonly warnings: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens the workspace at `cwd` with its configuration, policy, budget and ledger. Calls nobody.
 * Throws `invalid_request` or `invalid_policy` with file and line, `unavailable` for a ledger that cannot be opened.
 */
export async function openAssetDesk(options: AssetDeskOptions): Promise<AssetDesk> {
  const opened = await openWorkspace({ cwd: options.cwd, config: options.config });
  const { workspace, ignored } = withReviewed(opened, options.reviewedConfig);
  const { config, root } = workspace;
  const clock = options.clock ?? systemClock;
  const random = options.random ?? systemRandom;
  const ownPolicy = readPolicy(workspace, options.policy);
  const { stage } = options;
  const policy = stage ? stagePolicy(ownPolicy, stage) : ownPolicy;
  const budget: Budget = {
    ...config.budget,
    runMicroUsd: options.runBudgetMicroUsd ?? config.budget.runMicroUsd,
    monthMicroUsd: options.monthBudgetMicroUsd ?? config.budget.monthMicroUsd,
  };
  requireKnownProviders(options.providers);
  const catalogue = workspaceCatalogue(builtInCatalogue, config);
  const warnings: string[] =
    ignored.length === 0 ? [] : [`Not used before it is reviewed and merged: ${ignored.join(", ")}.`];
  const run = random.id();
  const journal = createFileJournal(root);
  const artdesk = await createNodeArtdesk({
    env: options.env,
    policy,
    budget,
    ledger: drawsOnly(options) ? "memory:" : chooseLedger(options, workspace, warnings),
    ledgerMemory: createFileLedgerMemory(root, { renew: options.renewLedger }),
    cwd: root,
    providers: options.providers,
    baseUrls: config.baseUrls,
    connections: config.connections,
    catalogue,
    journal,
    // Drafts and what follows from them are one image each time, whatever it costs to enlarge it.
    twoSteps: stage === undefined && (options.batches ?? true),
    questions: createFileQuestionStore(root),
    clock,
    random,
    run,
    pace: {
      fixed: config.terms.limits,
      cheapHours: config.terms.cheapHours,
      deadlineAtMs: options.deadlineAtMs,
    },
  });
  return {
    workspace,
    artdesk,
    journal,
    policy,
    budget,
    urgency: options.urgency ?? config.urgency ?? "normal",
    batches: options.batches ?? true,
    catalogue,
    pixels: options.pixels,
    run,
    clock,
    random,
    openBatches: (provider) => openBatchClient(provider, artdesk.http),
    stage,
    drawsOnly: drawsOnly(options),
    waysBack: options.waysBack ?? commandLineWays,
    warnings,
    close: () => artdesk.close(),
  };
}

function withReviewed(
  workspace: Workspace,
  reviewed: ArtdeskConfig | undefined,
): { workspace: Workspace; ignored: readonly string[] } {
  if (reviewed === undefined) return { workspace, ignored: [] };
  const { config, ignored } = withReviewedMoney(workspace.config, reviewed, builtInCatalogue.rows);
  return { workspace: { ...workspace, config }, ignored };
}

function readPolicy(workspace: Workspace, preset: string | undefined): Policy {
  const { config } = workspace;
  const rules = typeof config.policy === "object" ? config.policy : {};
  const input = policyInput(preset === undefined ? config : { ...config, policy: { ...rules, preset } });
  try {
    return parsePolicy(input);
  } catch (error) {
    if (!isArtdeskError(error) || error.location) throw error;
    if (preset !== undefined && !isPreset(preset)) throw unknownPreset(preset, error);
    if (config.file === undefined) throw error;
    const { code, hint } = error;
    // `policy: best` is short for `policy: {preset: best}`: people wrote the former.
    const asWritten = (text: string): string =>
      typeof config.policy === "string" ? text.replace(/^preset: /, "policy: ") : text;
    const shortMessage = asWritten(error.shortMessage);
    const issues = error.issues.map(asWritten);
    const location = { file: config.file, line: config.lineOf(["policy"]) };
    throw new ArtdeskError({ code, shortMessage, hint, issues, location, cause: error });
  }
}

function isPreset(name: string): boolean {
  return PRESETS.some((preset) => preset === name);
}

function unknownPreset(name: string, cause: unknown): ArtdeskError {
  const meant = closestName(name, PRESETS);
  return new ArtdeskError({
    code: "invalid_policy",
    shortMessage: `Unknown policy "${name}".`,
    hint: meant === undefined ? `Use one of: ${PRESETS.join(", ")}.` : `Did you mean ${meant}?`,
    cause,
  });
}

function requireKnownProviders(providers: readonly string[] | undefined): void {
  const known = [...builtInCatalogue.providers.keys()];
  for (const provider of providers ?? []) {
    if (known.includes(provider)) continue;
    const meant = closestName(provider, known);
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `Unknown provider "${provider}".`,
      hint: meant === undefined ? `Use one of: ${known.join(", ")}.` : `Did you mean ${meant}?`,
    });
  }
}

function drawsOnly({ providers = [] }: AssetDeskOptions): boolean {
  return providers.length > 0 && providers.every((id) => builtInCatalogue.providers.get(id)?.kind === "local");
}
