import { mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallRecord } from "@artdesk/simulator";

/** One asset of a {@link draftWorkspace}. */
export interface DraftAsset {
  id: string;
  count: number;
  outputs: readonly string[];
  /** Words that only this asset's prompt has. */
  mark: string;
}

export interface DraftWorkspace {
  root: string;
  assets: readonly DraftAsset[];
}

/** Every third asset has two images; every fourth one is made by a model that answers with one image per call. */
const ONE_PER_CALL = "gemini-3.1-flash-lite-image";

export interface DraftWorkspaceOptions {
  concurrency?: number;
  /** Every image is judged, and made again on a better offer while something is missing; no asset names a model. */
  isVerified?: boolean;
}

/** A new folder below the system's temporary one, with prompt files for cheap drafts. Its maker removes it. */
export function draftWorkspace(assetCount: number, options: DraftWorkspaceOptions = {}): DraftWorkspace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "artdesk-crash-")));
  const { concurrency = 4, isVerified = false } = options;
  writeFileSync(join(root, "artdesk.yml"), `version: 1\nbudget: { month: 20 }\nconcurrency: ${concurrency}\n`);
  mkdirSync(join(root, "drafts"));
  const assets: DraftAsset[] = [];
  for (let number = 1; number <= assetCount; number += 1) {
    const name = `scene-${String(number).padStart(2, "0")}`;
    const count = number % 3 === 0 ? 2 : 1;
    const mark = `Scene number ${number}.`;
    const model = number % 4 === 0 && !isVerified ? `model: ${ONE_PER_CALL}\n` : "";
    const check = isVerified ? `verify: escalate\nelements: ["a harbour", "the caption ${mark}"]\n` : "";
    writeFileSync(
      join(root, `drafts/${name}.image.md`),
      `---\npurpose: draft\nsize: 1024x1024\ncount: ${count}\noutput: images/${name}.png\n${model}${check}---\n\n${mark} A quiet harbour.\n`,
    );
    const outputs =
      count === 1 ? [`drafts/images/${name}.png`] : [1, 2].map((index) => `drafts/images/${name}-${index}.png`);
    assets.push({ id: `drafts/${name}`, count, outputs, mark });
  }
  return { root, assets };
}

/** What the calls of one asset bought. */
export interface Purchases {
  images: number;
  /** Beyond one per offer and image of the asset. */
  surplusImages: number;
  /** Answers of judges, each about one image. */
  looks: number;
}

/** What was bought for an asset, by the words that only its prompt and its elements have. */
export function purchasesOf(asset: DraftAsset, calls: readonly CallRecord[]): Purchases {
  const own = calls.filter((call) => call.method === "POST" && JSON.stringify(call.body).includes(asset.mark));
  const byOffer = new Map<string, number>();
  let looks = 0;
  for (const { path, body } of own) {
    if (isJudged(body)) {
      looks += 1;
      continue;
    }
    const offer = `${path} ${fieldOf(body, "model")} ${fieldOf(body, "quality")}`;
    byOffer.set(offer, (byOffer.get(offer) ?? 0) + imagesOf(body));
  }
  const bought = [...byOffer.values()];
  return {
    images: bought.reduce((sum, images) => sum + images, 0),
    surplusImages: bought.reduce((sum, images) => sum + Math.max(0, images - asset.count), 0),
    looks,
  };
}

/** A judge gets instructions beside the image; a maker of images does not. */
function isJudged(body: unknown): boolean {
  return fieldOf(body, "systemInstruction") !== "" || fieldOf(body, "instructions") !== "";
}

function fieldOf(body: unknown, name: string): string {
  const value =
    typeof body === "object" && body !== null ? Object.entries(body).find(([key]) => key === name) : undefined;
  return value === undefined ? "" : JSON.stringify(value[1]);
}

function imagesOf(body: unknown): number {
  return typeof body === "object" && body !== null && "n" in body && typeof body.n === "number" ? body.n : 1;
}
