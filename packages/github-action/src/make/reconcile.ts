import { appendFile } from "node:fs/promises";
import { ArtdeskError, createLedger, formatUsd, type LedgerStore, reconcileCalls } from "@artdesk/core";
import { openLedgerStore, systemClock, systemRandom } from "@artdesk/core/node";
import type { Environment } from "../asked/access.ts";
import type { EventContext } from "../asked/event-context.ts";
import type { ReconcileWish } from "../asked/inputs.ts";
import type { LedgerChoice } from "../asked/ledger-choice.ts";
import type { GitHubClient } from "../github/github-client.ts";
import { createGitRefLedgerStore } from "./ledger-ref.ts";

/** What reconciling takes. */
export interface ReconcileTask {
  wish: ReconcileWish;
  event: EventContext;
  ledger: LedgerChoice;
  client: () => Promise<GitHubClient | undefined>;
  checkout: string;
  env: Environment;
  log: (line: string) => void;
}

/**
 * Says of possibly billed calls whether they were billed, in the ledger that the runs of this repository keep. Without
 * ids it lists them.
 * @throws {ArtdeskError} `invalid_request` for an id that is not open or for half an answer, `unavailable` for a ledger
 * that cannot be written
 */
export async function reconcile(task: ReconcileTask): Promise<void> {
  const { wish, event, log } = task;
  if (event.pullRequest) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "`mode: reconcile` does not run for a pull request: there a stranger could free your money.",
      hint: "Run it by workflow_dispatch, as examples/action-workflow/artdesk-reconcile.yml does.",
    });
  }
  const store = await openStore(task);
  try {
    const ledger = createLedger({ store, clock: systemClock, random: systemRandom, budget: {}, run: event.runKey });
    if (wish.which.length === 0) {
      await ledger.sweep();
      const open = (await ledger.outstanding()).filter(({ state }) => state === "unknown");
      const lines = open.map(
        (call) => `${call.id}: ${call.subject}, ${call.model}, ${formatUsd(call.microUsd)} counted`,
      );
      await say(task, lines.length === 0 ? ["No call is possibly billed."] : ["Possibly billed:", ...lines]);
      if (lines.length > 0)
        log("Look at the provider's usage page, then run this again with `reconcile` and `billed`.");
      return;
    }
    if (wish.billed === undefined) {
      throw new ArtdeskError({
        code: "invalid_request",
        shortMessage: "`reconcile` names calls, and `billed` does not say what became of them.",
        hint: "Set `billed` to what the provider charged for each in US dollars, to `yes` (what was set aside counts), or to `no` (the money is free, and the image will be made again).",
      });
    }
    const calls = await reconcileCalls(ledger, wish.which[0] === "all" ? "all" : wish.which, wish.billed);
    const lines = calls.map(({ id, subject, costMicroUsd }) => {
      const what = costMicroUsd === 0 ? "was not billed; it will be made again" : `counts ${formatUsd(costMicroUsd)}`;
      return `${id}${subject === "" ? "" : ` (${subject})`}: ${what}.`;
    });
    await say(task, lines.length === 0 ? ["No call is possibly billed."] : lines);
  } finally {
    await store.close?.();
  }
}

async function openStore({ ledger, client, event, checkout }: ReconcileTask): Promise<LedgerStore> {
  if (ledger.kind === "spec") return openLedgerStore(ledger.spec, { cwd: checkout });
  const github = await client();
  if (github) return createGitRefLedgerStore({ client: github, ...event });
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: "The ledger cannot be reached: `github-token` is empty.",
    hint: "Leave `github-token` to its default, and give the job `permissions: contents: write`.",
  });
}

async function say({ log, env }: ReconcileTask, lines: readonly string[]): Promise<void> {
  for (const line of lines) log(line);
  const path = env["GITHUB_STEP_SUMMARY"];
  // Indented lines are code: names of files cannot become markup.
  const body = lines.map((line) => `    ${line.replaceAll(/[\r\n]+/g, " ")}`).join("\n");
  if (path !== undefined && path !== "") await appendFile(path, `### Artdesk: reconcile\n\n${body}\n`);
}

/** The two ways to end a possibly billed call of a ledger that this action keeps. */
export function actionWays(id: string): string {
  return `Look at the provider's usage page, then run this action by hand with \`mode: reconcile\` and \`reconcile: ${id}\` (see examples/action-workflow/artdesk-reconcile.yml). It was billed: \`billed: USD\` counts what it cost. It was not: \`billed: no\` frees the money, and the image will be made again.`;
}
