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

/** A new folder below the system's temporary one, with prompt files for cheap drafts. Its maker removes it. */
export function draftWorkspace(assetCount: number, options: { concurrency?: number } = {}): DraftWorkspace {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "artdesk-crash-")));
  const { concurrency = 4 } = options;
  writeFileSync(join(root, "artdesk.yml"), `version: 1\nbudget: { month: 20 }\nconcurrency: ${concurrency}\n`);
  mkdirSync(join(root, "drafts"));
  const assets: DraftAsset[] = [];
  for (let number = 1; number <= assetCount; number += 1) {
    const name = `scene-${String(number).padStart(2, "0")}`;
    const count = number % 3 === 0 ? 2 : 1;
    const mark = `Scene number ${number}.`;
    const model = number % 4 === 0 ? `model: ${ONE_PER_CALL}\n` : "";
    writeFileSync(
      join(root, `drafts/${name}.image.md`),
      `---\npurpose: draft\nsize: 1024x1024\ncount: ${count}\noutput: images/${name}.png\n${model}---\n\n${mark} A quiet harbour.\n`,
    );
    const outputs =
      count === 1 ? [`drafts/images/${name}.png`] : [1, 2].map((index) => `drafts/images/${name}-${index}.png`);
    assets.push({ id: `drafts/${name}`, count, outputs, mark });
  }
  return { root, assets };
}

/** How many images of an asset the calls bought. */
export function imagesBought(asset: DraftAsset, calls: readonly CallRecord[]): number {
  return calls
    .filter((call) => call.method === "POST" && JSON.stringify(call.body).includes(asset.mark))
    .reduce((total, { body }) => total + imagesOf(body), 0);
}

function imagesOf(body: unknown): number {
  return typeof body === "object" && body !== null && "n" in body && typeof body.n === "number" ? body.n : 1;
}
