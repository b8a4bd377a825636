import { outputPaths } from "../../assets/asset-spec.ts";
import type { Chain, ChainStep } from "../../assets/chain.ts";
import { chainCostMicroUsd, chainImages } from "../../assets/chain.ts";
import { type ContactSheetCard, contactSheetHtml } from "../../assets/contact-sheet.ts";
import { inspectImage } from "../../image-header.ts";
import { formatUsd } from "../../money.ts";
import { readFileGuarded, writeOwnFile } from "../guarded-file.ts";
import type { AssetState } from "../status-listing.ts";
import type { AssetDesk } from "./asset-desk.ts";
import { chainFolderOf, readChainImage } from "./chain-files.ts";
import { budgetOf } from "./asset-planning.ts";
import { dateText } from "./contact-sheet-file.ts";

/** Images up to this size in all are put into the page; later ones are linked. */
const MAX_EMBEDDED_BYTES = 200_000_000;

/** Writes the page on which drafts and refinements are picked. @returns its path, relative to the workspace */
export async function writeChainSheet(
  desk: AssetDesk,
  state: AssetState,
  chain: Chain,
  known: number,
): Promise<string> {
  const { asset } = state;
  const month = (await budgetOf(desk)).find((balance) => balance.scope.startsWith("month:"));
  const images = chainImages(chain);
  const finals = chain.steps.some(({ kind, outputs }) => kind === "final" && outputs.length > 0) ? 1 : 0;
  const numberOf = new Map(images.map(({ sha256, number }) => [sha256, number]));
  let room = MAX_EMBEDDED_BYTES;
  const cards = images.map(({ number, step, path }): ContactSheetCard => {
    const bytes = readChainImage(desk, { path });
    room -= bytes?.length ?? 0;
    const url = bytes && (room < 0 ? path.slice(path.lastIndexOf("/") + 1) : dataUrl(bytes));
    return {
      id: `${number} · ${step.kind === "draft" ? "draft" : `from ${numberOf.get(step.parent ?? "") ?? "an image that is gone"}`}`,
      outputs: [path],
      status: number > known ? "generated" : "unchanged",
      images: url === undefined ? [] : [url],
      model: step.model,
      quality: step.quality,
      size: step.size,
      reasons: reasonsOf(step, state),
      prompt: step.correction ?? asset.request.prompt,
      tags: asset.request.tags ?? {},
    };
  });
  const final = await finalCard(desk, state, chain, numberOf);
  if (final) cards.push(final);
  const path = `${chainFolderOf(asset.id)}/contact-sheet.html`;
  await writeOwnFile(
    desk.workspace.root,
    path,
    contactSheetHtml({
      title: asset.id,
      date: dateText(desk.clock.nowMs()),
      totals: {
        made: images.length - known + finals,
        unchanged: known,
        failed: 0,
        spentMicroUsd: chainCostMicroUsd(chain),
        leftMicroUsd: month?.leftMicroUsd,
        limitMicroUsd: month?.limitMicroUsd,
      },
      cards,
    }),
  );
  return path;
}

/** The asset's own images, when the newest final made them. */
async function finalCard(
  desk: AssetDesk,
  state: AssetState,
  chain: Chain,
  numberOf: ReadonlyMap<string, number>,
): Promise<ContactSheetCard | undefined> {
  const { asset } = state;
  const step = chain.steps.findLast(({ kind, outputs }) => kind === "final" && outputs.length > 0);
  if (!step) return undefined;
  const own = new Set(outputPaths(asset));
  const paths = step.outputs.map(({ path }) => path).filter((path) => own.has(path));
  const images: string[] = [];
  for (const path of paths)
    if (desk.workspace.readOutputHash(path) !== undefined)
      images.push(dataUrl(await readFileGuarded(desk.workspace.root, path)));
  return {
    id: `final · from ${numberOf.get(step.parent ?? "") ?? "an image that is gone"}`,
    outputs: paths,
    status: "generated",
    images,
    model: step.model,
    quality: step.quality,
    size: step.size,
    costMicroUsd: step.costMicroUsd,
    reasons: [`The chain with its drafts: ${formatUsd(chainCostMicroUsd(chain))}.`],
    prompt: asset.request.prompt,
    tags: asset.request.tags ?? {},
  };
}

function reasonsOf(step: ChainStep, state: AssetState): string[] {
  const count = step.outputs.length;
  const cost = `${formatUsd(step.costMicroUsd)}${count > 1 ? ` for ${count} images` : ""}`;
  const changed = step.fingerprint === state.fingerprint ? [] : ["The prompt changed since."];
  return [`${step.kind === "draft" ? "Draft" : "Refinement"}: ${cost}.`, ...changed];
}

function dataUrl(bytes: Uint8Array): string {
  const mediaType = inspectImage(bytes).header?.mediaType ?? "image/png";
  return `data:${mediaType};base64,${Buffer.from(bytes).toString("base64")}`;
}
