import type { LedgerStore } from "@artdesk/core";
import { type ArtdeskConfig, collectBatches, generateAssets, openAssetDesk, planAssets } from "@artdesk/core/node";
import type { Access } from "../asked/access.ts";
import { withoutFailing } from "../asked/ledger-choice.ts";
import type { Project } from "../asked/project.ts";
import { reviewedConfig } from "../asked/reviewed-config.ts";
import type { RunContext } from "../asked/run-context.ts";
import { createGitData } from "../github/git-data.ts";
import type { CoreReport } from "../tell/describe-run.ts";
import { ledgerOfRun, LEDGER_REF } from "./ledger-ref.ts";
import { actionWays } from "./reconcile.ts";
import { withCollected } from "./with-collected.ts";

/**
 * Has core plan the images, or make them when this run may.
 * @throws {ArtdeskError} `invalid_policy`, or `unavailable` for a ledger that cannot be reached
 */
export async function planOrMake(context: RunContext, project: Project, access: Access): Promise<CoreReport> {
  const { paths = [] } = project;
  const { inputs, host } = context;
  const generating = access.mode === "generate";
  const { event, client } = context;
  const reviewed = await reviewedConfig({ inputs, event, project, client });
  const desk = await openAssetDesk({
    cwd: project.workspace.root,
    config: inputs.config,
    env: access.env,
    policy: inputs.policy,
    urgency: inputs.urgency,
    monthBudgetMicroUsd: inputs.budgetMonthMicroUsd,
    runBudgetMicroUsd: inputs.budgetRunMicroUsd,
    ledger: await openLedger(context, reviewed, generating),
    reviewedConfig: reviewed,
    waysBack: actionWays,
    readOnly: !generating,
    // Mostly a runner's disk is gone after the job, and with it the journal that a batch is collected by.
    batches: inputs.urgency === "batch",
  });
  try {
    if (!generating) return { kind: "plan", report: await planAssets(desk, paths) };
    const { stop, abort } = host.signals;
    const collected = inputs.urgency === "batch" ? await collectBatches(desk, { stop }) : undefined;
    const report = await generateAssets(desk, {
      paths,
      keepGoing: true,
      stop,
      signal: abort,
      onProgress: (progress) => {
        if (progress.type === "asset_done") host.log(`${progress.asset.id}: ${progress.asset.status}`);
      },
    });
    return { kind: "generate", report: collected ? withCollected(report, collected, project) : report };
  } finally {
    await desk.close();
  }
}

async function openLedger(
  { ledger, client, event, notes, host }: RunContext,
  reviewed: ArtdeskConfig | undefined,
  generating: boolean,
): Promise<LedgerStore | string> {
  if (ledger.kind === "spec") {
    // A pull request may name any machine: the runner connects to none that nobody has reviewed.
    if (ledger.from === "input" || reviewed === undefined || reviewed.ledger === ledger.spec) return ledger.spec;
    notes.push("The ledger of the configuration was not opened, because it is not merged yet.");
    return "memory:";
  }
  const github = await client();
  if (!github) {
    notes.push("The ledger was not read, for want of a token: what was spent before is not counted here.");
    return "memory:";
  }
  const store = ledgerOfRun(github, event);
  if (!generating) return withoutFailing(store, (note) => notes.push(note));
  const started = (await createGitData(github, event).head(LEDGER_REF)) !== undefined;
  if (!started) host.log(`There is no ledger at refs/${LEDGER_REF} yet: this run starts one.`);
  return store;
}
