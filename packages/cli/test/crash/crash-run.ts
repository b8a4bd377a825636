import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { type ArtdeskProcess, startArtdesk } from "./artdesk-process.ts";
import { type Audit, auditWorkspace } from "./audit-workspace.ts";
import { callCli } from "./call-cli.ts";
import { type DraftWorkspace, draftWorkspace } from "./draft-workspace.ts";
import { seededRandom } from "./seeded-random.ts";

/** What a run makes: images alone, or images that a judge looks at and that are made again while something is missing. */
export type CrashKind = "drafts" | "escalation";

/**
 * Assets of a run, and its paid calls. Of 20 drafts, two with two images are made one image per call. Of nine judged ones,
 * three have two images; a quarter of the images has everything, on three offers one after the other.
 */
const SIZES: Readonly<Record<CrashKind, { assets: number; calls: number }>> = {
  drafts: { assets: 20, calls: 21 },
  escalation: { assets: 9, calls: 45 },
};

/** How one crash ended. */
export interface CrashOutcome extends Omit<Audit, "unknown" | "incomplete" | "unexplained"> {
  /** Calls that the bank has seen when the process was killed. */
  callsAtKill: number;
  /** False when the run was over before it could be killed. */
  killed: boolean;
  /** Calls named as possibly billed. */
  unknown: number;
  /** Assets whose images an earlier run had received and the next one delivered. */
  recovered: number;
  /** Judges' answers that the bank has billed. */
  looks: number;
  /** Images that the bank has billed beyond one per asset's image: made again on a better offer. */
  madeAgain: number;
}

/**
 * Kills `artdesk generate` at a moment that the seed picks, runs it again to its end, and compares disk and books with
 * the bank; then says what the bank says about the calls that were cut off, and compares again.
 */
export async function crashRun(seed: number, kind: CrashKind = "drafts"): Promise<CrashOutcome> {
  const random = seededRandom(seed);
  const isVerified = kind === "escalation";
  const simulator = await startSimulator({
    seed,
    latencyMs: Math.round(20 + random() * 60),
    ...(isVerified && { adherence: { rules: [{ rate: 0.5 }] } }),
  });
  const size = SIZES[kind];
  const workspace = draftWorkspace(size.assets, { isVerified });
  try {
    const place = { cwd: workspace.root, env: simulator.env };
    const run = startArtdesk(["generate", "--json"], place);
    await momentToKill(run, { simulator, random, calls: size.calls });
    const callsAtKill = simulator.calls().length;
    run.child.kill("SIGKILL");
    const killed = (await run.ended).signal === "SIGKILL";
    const second = await startArtdesk(["generate", "--json", "--keep-going"], place).ended;
    const audit = await auditWorkspace(workspace, simulator);
    const { violations, unknown } = audit;
    for (const id of unknown.keys()) {
      if (!second.stdout.includes(id)) violations.push(`the second run does not name ${id}`);
    }
    for (const id of audit.unexplained) violations.push(`${id} is not whole, and no call was cut off`);
    const expectedCode = audit.incomplete.length > 0 ? 1 : 0;
    if (second.code !== expectedCode) violations.push(`the second run ended with ${second.code}: ${second.stderr}`);
    await reconcile(workspace, simulator, audit);
    const { entries, images } = simulator.statement();
    return {
      ...audit,
      killed,
      callsAtKill,
      unknown: unknown.size,
      recovered: recoveredBy(second.stdout),
      looks: entries.filter(({ operation }) => operation === "judge").length,
      madeAgain: Math.max(0, images - workspace.assets.reduce((sum, { count }) => sum + count, 0)),
    };
  } finally {
    await simulator.close();
    rmSync(workspace.root, { recursive: true, force: true });
  }
}

/** One in six before the first call, one in six after the last one, the others after a call in between. */
async function momentToKill(
  run: ArtdeskProcess,
  { simulator, random, calls: callCount }: { simulator: Simulator; random: () => number; calls: number },
): Promise<void> {
  const phase = random();
  const position = random();
  const delayMs = random() * 120;
  if (phase < 1 / 6) {
    await sleep(position * 1_000);
    return;
  }
  const calls = phase > 5 / 6 ? callCount : 1 + Math.floor(position * callCount);
  while (simulator.calls().length < calls && !run.hasEnded()) await sleep(2);
  await sleep(delayMs);
}

/** Tells the books what the bank says about each call that was cut off: then both must agree to the micro-USD. */
async function reconcile(workspace: DraftWorkspace, simulator: Simulator, audit: Audit): Promise<void> {
  const place = { cwd: workspace.root, env: simulator.env };
  const { violations, unknown } = audit;
  const listed: unknown = JSON.parse((await callCli(["budget", "--json"], place)).out);
  for (const id of unknown.keys()) {
    if (!unknownIdsOf(listed).includes(id)) violations.push(`artdesk budget does not list ${id}`);
  }
  for (const [id, microUsd] of unknown) {
    const { code, note } = await callCli(["budget", "reconcile", id, "--cost", (microUsd / 1e6).toFixed(6)], place);
    if (code !== 0) violations.push(`${id} could not be reconciled: ${note}`);
  }
  const balance = monthBalanceOf(JSON.parse((await callCli(["budget", "--json"], place)).out));
  const { totalMicroUsd } = simulator.statement();
  if (balance?.spentMicroUsd !== totalMicroUsd)
    violations.push(`after reconciling the books say ${balance?.spentMicroUsd}, the bank ${totalMicroUsd}`);
  if (balance?.reservedMicroUsd !== 0 || balance.unknownMicroUsd !== 0)
    violations.push(`after reconciling money is still set aside: ${JSON.stringify(balance)}`);
}

interface MonthBalance {
  scope: string;
  spentMicroUsd: number;
  reservedMicroUsd: number;
  unknownMicroUsd: number;
}

function monthBalanceOf(document: unknown): MonthBalance | undefined {
  const { balances } = document as { balances: readonly MonthBalance[] };
  return balances.find(({ scope }) => scope.startsWith("month:"));
}

function unknownIdsOf(document: unknown): readonly string[] {
  const { unknown } = document as { unknown: readonly { id: string }[] };
  return unknown.map(({ id }) => id);
}

function recoveredBy(stdout: string): number {
  const { recovered } = JSON.parse(stdout) as { recovered: readonly string[] };
  return recovered.length;
}
