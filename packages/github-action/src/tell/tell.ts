import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setOutput } from "@actions/core";
import type { EventContext } from "../asked/event-context.ts";
import type { ActionInputs } from "../asked/inputs.ts";
import type { Redact } from "../asked/redact.ts";
import { messageOf, statusOf, type GitHubClient } from "../github/github-client.ts";
import { limitError } from "../github/limit-error.ts";
import { annotate, type Problem } from "./annotations.ts";
import { markerOf, renderComment, renderSummary } from "./comment.ts";
import type { Delivered } from "./delivered.ts";
import type { CoreReport } from "./describe-run.ts";
import { headline } from "./headline.ts";
import { totalsOf, type ReportModel } from "./report-model.ts";
import { keepStickyComment, loginOf } from "./sticky-comment.ts";

/** A run that is over, to be told. */
export interface FinishedRun {
  inputs: ActionInputs;
  event: EventContext;
  model: ReportModel;
  core: CoreReport;
  delivered: Delivered;
  shards: readonly string[];
  /** Why the whole run made nothing, although it should. */
  failure: string | undefined;
  /** A folder of this step's own. */
  folder: string;
  client: () => Promise<GitHubClient | undefined>;
  redact: Redact;
  env: Readonly<Record<string, string | undefined>>;
  log: (line: string) => void;
}

/** Tells the run in every place that people look: annotations, summary, outputs, report file, comment. */
export async function tell(run: FinishedRun): Promise<void> {
  const whole: Problem[] =
    run.failure === undefined ? [] : [{ level: "error", title: "Artdesk", message: run.failure }];
  const more = annotate([...whole, ...problemsOf(run.model)]);
  await writeSummary(run, more);
  const report = await writeReport(run);
  setOutputs(run, report);
  run.log(plain(headline(run.model)));
  for (const note of run.model.notes) run.log(note);
  try {
    await comment(run);
  } catch (error) {
    // The run is over and told elsewhere: a comment is no reason to fail it.
    if (statusOf(error) === undefined) throw error;
    run.log(`No comment: ${limitError(error)?.message ?? `GitHub answered ${messageOf(error)}.`}`);
  }
}

function problemsOf(model: ReportModel): Problem[] {
  const failed = model.assets.flatMap(({ state, problem, promptFile, id }): Problem[] => {
    if (problem === undefined) return [];
    const message = problem.hint === undefined ? problem.message : `${problem.message} ${problem.hint}`;
    const level = state === "failed" || state === "invalid" ? "error" : "warning";
    return [{ level, title: `Artdesk: ${id}`, message, file: promptFile, line: problem.line }];
  });
  if (model.mode !== "check") return failed;
  const stale = model.assets.filter(({ state }) => state === "stale");
  return [
    ...failed,
    ...stale.map(({ id, output, promptFile, reasons }): Problem => {
      const message = `${output} is stale: ${reasons[0] ?? "it does not match its prompt"}`;
      return { level: "error", title: `Artdesk: ${id}`, message, file: promptFile };
    }),
  ];
}

async function writeSummary({ env, model, redact }: FinishedRun, more: number): Promise<void> {
  const path = env["GITHUB_STEP_SUMMARY"];
  if (path !== undefined && path !== "") await appendFile(path, redact(renderSummary(model, more)));
}

async function writeReport({ folder, core, model, delivered, redact }: FinishedRun): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, "report.json");
  const body = core.kind === "nothing" ? { assets: model.assets, totals: totalsOf(model.assets) } : core.report;
  const text = JSON.stringify({ mode: model.mode, ...body, delivered, notes: model.notes }, null, 2);
  await writeFile(path, `${redact(text)}\n`);
  return path;
}

function setOutputs({ model, core, delivered, shards }: FinishedRun, report: string): void {
  const totals = totalsOf(model.assets);
  const spentMicroUsd = core.kind === "generate" ? core.report.totals.costMicroUsd : 0;
  const [tightest] = model.budgets;
  setOutput("changed", String(totals.generated > 0 || delivered.commitSha !== undefined));
  setOutput("generated", String(totals.generated));
  setOutput("failed", String(totals.failed));
  setOutput("cost-usd", usd(spentMicroUsd));
  setOutput("budget-left-usd", tightest === undefined ? "" : usd(tightest.leftMicroUsd));
  setOutput("commit-sha", delivered.commitSha ?? "");
  setOutput("pull-request", delivered.pullRequest === undefined ? "" : String(delivered.pullRequest.number));
  setOutput("report", report);
  setOutput("artifact", delivered.artifact ?? "");
  setOutput("shards", JSON.stringify(shards));
}

/** A plain decimal for workflows to compare. */
function usd(microUsd: number): string {
  return (microUsd / 1_000_000).toFixed(6).replace(/0{1,4}$/, "");
}

async function comment({ inputs, event, model, client, redact, log }: FinishedRun): Promise<void> {
  const { assets } = model;
  const somethingToTell = assets.some(({ state }) => state !== "unchanged" && state !== "made_earlier");
  if (inputs.comment === "never" || (!event.pullRequest && !somethingToTell)) return;
  const github = await client();
  const issueNumber = event.pullRequest?.number ?? (github && (await openPullRequest(github, event)));
  if (!github || issueNumber === undefined) return;
  const mayCreate = somethingToTell || inputs.comment === "always";
  const { owner, repo } = event;
  const marker = markerOf(inputs.commentId);
  const login = await loginOf(github, inputs.githubToken);
  const told = { ...model, onPullRequest: true };
  const result = await keepStickyComment({ client: github, owner, repo, issueNumber, marker, login }, (previous) =>
    previous === undefined && !mayCreate ? undefined : redact(renderComment(told, inputs.commentId, previous)),
  );
  if (result === "not_permitted") {
    log("No comment: the token may not write one (the job needs `pull-requests: write`; forks never have it).");
  }
}

/** The open pull request of the branch that was pushed. */
async function openPullRequest(
  client: GitHubClient,
  { owner, repo, branch }: EventContext,
): Promise<number | undefined> {
  if (branch === undefined) return undefined;
  try {
    const fields = { owner, repo, head: `${owner}:${branch}`, state: "open" };
    const reply = await client.request<{ number: number }[]>("GET /repos/{owner}/{repo}/pulls", fields);
    return reply.data[0]?.number;
  } catch {
    return undefined;
  }
}

/** The headline for a log: without Markdown and entities. */
function plain(markdown: string): string {
  return markdown
    .replaceAll("**", "")
    .replace(/&#8203;/g, "")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}
