import { statSync } from "node:fs";
import { basename, join } from "node:path";
import { type ContactSheetCard, contactSheetHtml } from "../../../assets/pages/contact-sheet.ts";
import { inspectImage } from "../../../wire/image-header.ts";
import { ensureArtdeskFolder } from "../../files/artdesk-folder.ts";
import { readFileGuarded, writeOwnFile } from "../../files/guarded-file.ts";
import type { AssetDesk } from "../asset-desk.ts";
import type { GenerateAsset, GenerateReport } from "../report.ts";

const CONTACT_SHEET_PATH = ".artdesk/contact-sheet.html";

/** Images up to this size in all are put into the page, so that a run of any length needs the same memory; later ones are linked. */
export const MAX_EMBEDDED_BYTES = 32_000_000;

/** Writes the page that shows what the run made. @returns its path, relative to the workspace */
export async function writeContactSheet(desk: AssetDesk, report: GenerateReport): Promise<string> {
  const month = report.budget.find((balance) => balance.scope.startsWith("month:"));
  const room = { bytes: MAX_EMBEDDED_BYTES };
  const cards: ContactSheetCard[] = [];
  for (const asset of report.assets) cards.push(await cardOf(desk, asset, room));
  const { totals } = report;
  const html = contactSheetHtml({
    title: basename(desk.workspace.root),
    date: dateText(desk.clock.nowMs()),
    totals: {
      made: totals.generated,
      unchanged: totals.unchanged,
      failed: totals.failed,
      skipped: totals.skipped === 0 ? undefined : totals.skipped,
      spentMicroUsd: totals.costMicroUsd,
      leftMicroUsd: month?.leftMicroUsd,
      limitMicroUsd: month?.limitMicroUsd,
    },
    cards,
  });
  await ensureArtdeskFolder(desk.workspace.root);
  await writeOwnFile(desk.workspace.root, CONTACT_SHEET_PATH, html);
  return CONTACT_SHEET_PATH;
}

async function cardOf(desk: AssetDesk, asset: GenerateAsset, room: { bytes: number }): Promise<ContactSheetCard> {
  const lock = asset.status === "unchanged" ? desk.workspace.readLockEntry(asset.id) : undefined;
  return {
    id: asset.id,
    outputs: asset.outputs,
    status: asset.status === "submitted" ? "planned" : asset.status,
    images: asset.status === "failed" && asset.images === 0 ? [] : await imagesOf(desk, asset, room),
    model: asset.model ?? lock?.model,
    quality: asset.quality ?? lock?.quality,
    size: asset.size ?? lock?.size,
    costMicroUsd: asset.status === "skipped" || asset.status === "submitted" ? undefined : asset.costMicroUsd,
    reasons: asset.reasons,
    error: asset.error?.message,
    prompt: asset.prompt ?? "",
    tags: asset.tags,
  };
}

async function imagesOf(desk: AssetDesk, asset: GenerateAsset, room: { bytes: number }): Promise<string[]> {
  const urls: string[] = [];
  for (const path of asset.outputs) {
    if (desk.workspace.readOutputHash(path) === undefined) continue;
    room.bytes -= statSync(join(desk.workspace.root, path)).size;
    if (room.bytes < 0) {
      urls.push(`../${path.split("/").map(encodeURIComponent).join("/")}`);
      continue;
    }
    const bytes = await readFileGuarded(desk.workspace.root, path);
    const mediaType = inspectImage(bytes).header?.mediaType ?? "image/png";
    urls.push(`data:${mediaType};base64,${Buffer.from(bytes).toString("base64")}`);
  }
  return urls;
}

/** A moment as the page shows it. */
export function dateText(nowMs: number): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short", timeZone: "UTC" });
  return `${format.format(nowMs).replace(" at ", ", ")} UTC`;
}
