import { rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { type ArtdeskProcess, startArtdesk } from "./artdesk-process.ts";
import { type Audit, auditWorkspace } from "./audit-workspace.ts";
import { callCli } from "./call-cli.ts";
import { type DraftWorkspace, draftWorkspace } from "./draft-workspace.ts";
import { seededRandom } from "./seeded-random.ts";

const ASSET_COUNT = 20;

/** Paid calls of a whole run: 20 assets of which two with two images are made one image per call. */
const CALL_COUNT = 21;

/** How one crash ended. */
export interface CrashOutcome extends Omit<Audit, "unknown"> {
  /** Calls that the bank has seen when the process was killed. */
  callsAtKill: number;
  /** False when the run was over before it could be killed. */
  killed: boolean;
  /** Calls named as possibly billed. */
  unknown: number;
  /** Assets whose images an earlier run had received and the next one delivered. */
  recovered: number;
}

/**
 * Kills `artdesk generate` at a moment that the seed picks, runs it again to its end, and compares disk and books with
 * the bank; then says what the bank says about the calls that were cut off, and compares again.
 */
export async function crashRun(seed: number): Promise<CrashOutcome> {
  const random = seededRandom(seed);
  const simulator = await startSimulator({ seed, latencyMs: Math.round(20 + random() * 60) });
  const workspace = draftWorkspace(ASSET_COUNT);
  try {
    const place = { cwd: workspace.root, env: simulator.env };
    const run = startArtdesk(["generate", "--json"], place);
    await momentToKill(run, simulator, random);
    const callsAtKill = simulator.calls().length;
    run.child.kill("SIGKILL");
    const killed = (await run.ended).signal === "SIGKILL";
    const second = await startArtdesk(["generate", "--json", "--keep-going"], place).ended;
    const audit = await auditWorkspace(workspace, simulator);
    const { violations, unknown } = audit;
    for (const id of unknown.keys()) {
      if (!second.stdout.includes(id)) violations.push(`the second run does not name ${id}`);
    }
    const expectedCode = unknown.size > 0 ? 1 : 0;
    if (second.code !== expectedCode) violations.push(`the second run ended with ${second.code}: ${second.stderr}`);
    await reconcile(workspace, simulator, audit);
    return {
      ...audit,
      killed,
      callsAtKill,
      unknown: unknown.size,
      recovered: recoveredBy(second.stdout),
    };
  } finally {
    await simulator.close();
    rmSync(workspace.root, { recursive: true, force: true });
  }
}

/** One in six before the first call, one in six after the last one, the others after a call in between. */
async function momentToKill(run: ArtdeskProcess, simulator: Simulator, random: () => number): Promise<void> {
  const phase = random();
  const position = random();
  const delayMs = random() * 120;
  if (phase < 1 / 6) {
    await sleep(position * 1_000);
    return;
  }
  const calls = phase > 5 / 6 ? CALL_COUNT : 1 + Math.floor(position * CALL_COUNT);
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
