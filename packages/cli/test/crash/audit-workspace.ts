import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openAssetDesk, openWorkspace } from "@artdesk/core/node";
import type { Simulator, StatementEntry } from "@artdesk/simulator";
import { type DraftAsset, type DraftWorkspace, purchasesOf } from "./draft-workspace.ts";

/** What the bank, the books and the disk say about a workspace. */
export interface Audit {
  /** Everything that must not be, in words. */
  violations: string[];
  /** Images that the provider sent whole and that are neither on disk nor named as possibly billed. */
  imagesLost: number;
  /** Images that were paid for beyond what the prompt files ask for. */
  imagesBoughtTwice: number;
  /** Answers of judges that were paid for although the same image had been judged. */
  looksBoughtTwice: number;
  /** Assets without all their images. */
  incomplete: readonly string[];
  /** Those of them for which no call may have been billed. */
  unexplained: readonly string[];
  /** Bills whose line in the books has the same request id and the same cost. */
  settled: number;
  /** Lines that are possibly billed, by id, with what the bank says that they cost. Micro-USD. */
  unknown: ReadonlyMap<string, number>;
}

/** Compares disk, lock entries and books of a workspace with the bank's statement. Changes nothing. */
export async function auditWorkspace(workspace: DraftWorkspace, simulator: Simulator): Promise<Audit> {
  const { root, assets } = workspace;
  const { entries, totalMicroUsd } = simulator.statement();
  const desk = await openAssetDesk({ cwd: root, env: simulator.env, readOnly: true });
  const lines = await desk.artdesk.ledger.entries();
  await desk.close();
  const violations: string[] = [];
  const delivered = await auditDisk(workspace, violations);

  const byRequestId = new Map(lines.map((line) => [line.requestId, line]));
  const unsettled: StatementEntry[] = [];
  let settled = 0;
  for (const entry of entries) {
    const line = byRequestId.get(entry.requestId);
    if (line?.state !== "settled") unsettled.push(entry);
    else if (line.microUsd !== entry.microUsd)
      violations.push(`${entry.requestId} cost ${entry.microUsd}, the books say ${line.microUsd}`);
    else settled += 1;
  }
  const open = lines.filter((line) => line.state === "held" || line.state === "in_flight");
  for (const line of open) violations.push(`${line.subject}: ${line.id} is still ${line.state}`);
  const settledMicroUsd = sum(lines.filter((line) => line.state === "settled"));
  const coveredMicroUsd = sum(unsettled);
  if (settledMicroUsd + coveredMicroUsd !== totalMicroUsd)
    violations.push(
      `books ${settledMicroUsd} + unsettled bills ${coveredMicroUsd} are not the bank's ${totalMicroUsd}`,
    );

  // Dearest first on both sides: if each bill fits some line, this finds it.
  const unknownLines = lines.filter((line) => line.state === "unknown").toSorted((a, b) => b.microUsd - a.microUsd);
  const unknown = new Map(unknownLines.map((line) => [line.id, 0]));
  let imagesLost = 0;
  for (const entry of unsettled.toSorted((a, b) => b.microUsd - a.microUsd)) {
    const cover = unknownLines.find(
      (line) => line.model === entry.model && line.microUsd >= entry.microUsd && unknown.get(line.id) === 0,
    );
    if (cover) unknown.set(cover.id, entry.microUsd);
    else violations.push(`${entry.requestId} (${entry.model}) is billed and no line in the books covers it`);
    if (!cover && entry.delivered === true) imagesLost += entry.images;
  }
  for (const entry of entries) {
    const isAnswer = entry.operation === "judge";
    if (isAnswer || unsettled.includes(entry) || delivered.requestIds.has(entry.requestId)) continue;
    imagesLost += entry.images;
    violations.push(`${entry.requestId} is paid and settled, but no lock entry knows it`);
  }

  let imagesBoughtTwice = 0;
  let looksBoughtTwice = 0;
  let looks = 0;
  for (const asset of assets) {
    const bought = purchasesOf(asset, simulator.calls());
    const looksTwice = Math.max(0, bought.looks - bought.images);
    looks += bought.looks;
    imagesBoughtTwice += bought.surplusImages;
    looksBoughtTwice += looksTwice;
    if (bought.surplusImages > 0) violations.push(`${asset.id}: ${bought.surplusImages} images bought twice`);
    if (looksTwice > 0) violations.push(`${asset.id}: ${looksTwice} looks bought twice`);
  }
  const billedLooks = entries.filter(({ operation }) => operation === "judge").length;
  if (billedLooks > looks) violations.push(`${billedLooks - looks} looks belong to no asset`);
  const { incomplete } = delivered;
  const unexplained = incomplete.filter((id) => !unknownLines.some(({ subject }) => subject === id));
  return { violations, imagesLost, imagesBoughtTwice, looksBoughtTwice, incomplete, unexplained, settled, unknown };
}

/** What the disk holds: request ids that lock entries name, and assets that lack images. */
interface Delivered {
  requestIds: ReadonlySet<string>;
  incomplete: readonly string[];
}

/** Checks every file. */
async function auditDisk({ root, assets }: DraftWorkspace, violations: string[]): Promise<Delivered> {
  const workspace = await openWorkspace({ cwd: root });
  const requestIds: string[] = [];
  const hashes: string[] = [];
  const known = new Set<string>();
  const incomplete: string[] = [];
  for (const asset of assets) {
    const lock = workspace.readLockEntry(asset.id);
    if ((lock?.outputs.length ?? 0) < asset.count) incomplete.push(asset.id);
    for (const { path, sha256 } of lock?.outputs ?? []) {
      known.add(path);
      checkFile(root, asset, path, sha256, violations);
    }
    // Two equal requests get equal pictures from the simulator, but never two different prompts.
    hashes.push(...new Set(lock?.outputs.map(({ sha256 }) => sha256)));
    requestIds.push(...(lock?.requestIds ?? []));
  }
  if (new Set(hashes).size !== hashes.length) violations.push("one image stands in two places");
  if (new Set(requestIds).size !== requestIds.length) violations.push("a lock entry counts a call twice");
  for (const name of namesIn(join(root, "drafts/images"))) {
    if (!known.has(`drafts/images/${name}`)) violations.push(`drafts/images/${name} is in no lock entry`);
  }
  for (const name of namesIn(join(root, ".artdesk/journal"))) violations.push(`the journal still has ${name}`);
  return { requestIds: new Set(requestIds), incomplete };
}

function checkFile(root: string, asset: DraftAsset, path: string, sha256: string, violations: string[]): void {
  const file = join(root, path);
  if (!asset.outputs.includes(path)) violations.push(`${asset.id}: unexpected output ${path}`);
  if (!existsSync(file)) violations.push(`${path} is in the lock entry, but not on disk`);
  else if (hash("sha256", readFileSync(file), "hex") !== sha256) violations.push(`${path} is not what was received`);
}

function namesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder) : [];
}

function sum(items: readonly { microUsd: number }[]): number {
  return items.reduce((total, { microUsd }) => total + microUsd, 0);
}
