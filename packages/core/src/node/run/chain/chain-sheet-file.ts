import { outputPaths } from "../../../assets/asset-spec.ts";
import type { Chain, ChainStep } from "../../../assets/chain/draft-chain.ts";
import { chainCostMicroUsd, chainImages } from "../../../assets/chain/draft-chain.ts";
import { type ContactSheetCard, contactSheetHtml } from "../../../assets/pages/contact-sheet.ts";
import { inspectImage } from "../../../wire/image-header.ts";
import { formatUsd } from "../../../basics/money.ts";
import { MAX_IMAGE_FILE_BYTES, readOwnFile, writeOwnFile } from "../../files/guarded-file.ts";
import { guardOwnPath, lstatIfThere } from "../../files/path-guard.ts";
import type { AssetState } from "../../workspace/status-listing.ts";
import type { AssetDesk } from "../asset-desk.ts";
import { chainFolderOf } from "../chain-files.ts";
import { budgetOf } from "../asset-planning.ts";
import { dateText, MAX_EMBEDDED_BYTES } from "../generate/contact-sheet-file.ts";

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
  const urlOf = imageUrls(desk, chainFolderOf(asset.id));
  const cards = images.map(({ number, step, path }): ContactSheetCard => {
    const url = urlOf(path);
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
  const final = finalCard(state, chain, numberOf, urlOf);
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
function finalCard(
  state: AssetState,
  chain: Chain,
  numberOf: ReadonlyMap<string, number>,
  urlOf: (path: string) => string | undefined,
): ContactSheetCard | undefined {
  const { asset } = state;
  const step = chain.steps.findLast(({ kind, outputs }) => kind === "final" && outputs.length > 0);
  if (!step) return undefined;
  const own = new Set(outputPaths(asset));
  const paths = step.outputs.map(({ path }) => path).filter((path) => own.has(path));
  return {
    id: `final · from ${numberOf.get(step.parent ?? "") ?? "an image that is gone"}`,
    outputs: paths,
    status: "generated",
    images: paths.flatMap((path) => urlOf(path) ?? []),
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

/**
 * How the page shows a file of the workspace: inside it, or as a link from `folder` once the page is large; undefined
 * when the file is gone.
 */
function imageUrls(desk: AssetDesk, folder: string): (path: string) => string | undefined {
  const { root } = desk.workspace;
  const up = "../".repeat(folder.split("/").length);
  let roomBytes = MAX_EMBEDDED_BYTES;
  return (path) => {
    const stats = lstatIfThere(guardOwnPath({ root, path }).absolutePath);
    if (!stats?.isFile()) return undefined;
    roomBytes -= stats.size;
    if (roomBytes < 0) return up + path.split("/").map(encodeURIComponent).join("/");
    const bytes = readOwnFile(root, path, { maxBytes: MAX_IMAGE_FILE_BYTES });
    if (!bytes) return undefined;
    return `data:${inspectImage(bytes).header?.mediaType ?? "image/png"};base64,${bytes.toString("base64")}`;
  };
}
