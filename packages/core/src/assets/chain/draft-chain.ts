import * as v from "valibot";
import { ArtdeskError } from "../../basics/errors.ts";
import { canonicalJson } from "../lock/canonical-json.ts";
import { LOCK_FOLDER, lockPath } from "../lock/lock-entry.ts";

/** Folder of drafts and refinements, relative to the workspace. It is not committed. */
export const DRAFTS_FOLDER = ".artdesk/drafts";

/** Version of the chain documents. */
const CHAIN_FORMAT_VERSION = 1;

/** How an image came about on its way to the final: tried cheaply, corrected, or made for good. */
export type ChainStepKind = "draft" | "refine" | "final";

/** One thing that was bought for a chain: one or more images, or none when a call cost money and brought nothing. */
export interface ChainStep {
  kind: ChainStepKind;
  /** Of the asset, when the step was made; see `fingerprint`. */
  fingerprint: string;
  /** Lower-case hex SHA-256 of the image that this step started from; absent for drafts. */
  parent?: string | undefined;
  /** What a refinement was to change, in the person's words. */
  correction?: string | undefined;
  model: string;
  quality: string;
  /** `WIDTHxHEIGHT` in pixels. */
  size: string;
  /** Settled cost of all its attempts. Micro-USD. */
  costMicroUsd: number;
  requestIds: readonly string[];
  /** Ids of its attempts in the books: a step is never counted twice. */
  attemptIds: readonly string[];
  /** Relative to the workspace; lower-case hex SHA-256 of the files. */
  outputs: readonly { path: string; sha256: string }[];
}

/** Everything that was drafted, refined and made final for one asset, oldest first. */
export interface Chain {
  /** The asset's id. */
  id: string;
  steps: readonly ChainStep[];
}

/** An image that can be refined or picked for the final. */
export interface ChainImage {
  /** From 1, in the order of making: what `--pick` names. */
  number: number;
  step: ChainStep;
  path: string;
  sha256: string;
}

const hash = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const stepSchema: v.GenericSchema<unknown, ChainStep> = v.strictObject({
  kind: v.picklist(["draft", "refine", "final"]),
  fingerprint: hash,
  parent: v.optional(hash),
  correction: v.optional(v.string()),
  model: v.string(),
  quality: v.string(),
  size: v.string(),
  costMicroUsd: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  requestIds: v.array(v.string()),
  attemptIds: v.array(v.string()),
  outputs: v.array(v.strictObject({ path: v.string(), sha256: hash })),
});
const chainSchema = v.strictObject({
  formatVersion: v.literal(CHAIN_FORMAT_VERSION),
  id: v.string(),
  steps: v.array(stepSchema),
});

/** Folder of one asset's drafts, relative to the workspace. */
export function chainFolder(id: string, sha256Hex: (text: string) => string): string {
  const path = lockPath(id, sha256Hex);
  return `${DRAFTS_FOLDER}${path.slice(LOCK_FOLDER.length, -".json".length)}`;
}

/** The file text of a chain: sorted keys, one field per line, a newline at the end. */
export function serializeChain(chain: Chain): string {
  const sorted: unknown = JSON.parse(canonicalJson({ ...chain, formatVersion: CHAIN_FORMAT_VERSION }));
  return `${JSON.stringify(sorted, null, 2)}\n`;
}

/**
 * Reads a chain. Drafts and refinements may lie in `folder` only: what a chain names is sent to providers.
 * Throws `invalid_request` naming the file and what to do.
 */
export function parseChain(options: { file: string; folder: string; text: string }): Chain {
  const { file, folder, text } = options;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, "This record of drafts is not valid JSON.", cause);
  }
  const result = v.safeParse(chainSchema, value);
  if (!result.success) {
    const [issue] = result.issues;
    const place = v.getDotPath(issue);
    throw invalid(file, `This is not a valid record of drafts${place === null ? "" : ` (${place})`}.`);
  }
  const { id, steps } = result.output;
  for (const step of steps) {
    const stray = step.outputs.find(({ path }) => step.kind !== "final" && !isOwnImage(path, folder));
    if (stray) throw invalid(file, "This record of drafts names a file that is not one of its drafts.");
    if (step.kind === "refine" && (step.parent === undefined || step.correction === undefined))
      throw invalid(file, "This record of drafts has a refinement without its parent or correction.");
  }
  return { id, steps };
}

/** Drafts and refinements with the numbers that people pick them by. */
export function chainImages(chain: Chain): readonly ChainImage[] {
  return chain.steps
    .flatMap((step) => (step.kind === "final" ? [] : step.outputs.map((output) => ({ step, ...output }))))
    .map((image, index) => ({ number: index + 1, ...image }));
}

/** What the whole chain cost so far: drafts, refinements and finals. Micro-USD. */
export function chainCostMicroUsd(chain: Chain): number {
  return chain.steps.reduce((total, step) => total + step.costMicroUsd, 0);
}

/** The corrections that led to an image, in the order in which they were asked for. */
export function correctionsOf(chain: Chain, image: Pick<ChainImage, "step">): readonly string[] {
  const corrections: string[] = [];
  let { step } = image;
  for (let index = chain.steps.indexOf(step); index >= 0;) {
    if (step.correction !== undefined) corrections.unshift(step.correction);
    const { parent } = step;
    // A parent is always older than its child; equal pictures may have been made more than once.
    const before = index;
    index = chain.steps.findLastIndex(
      (candidate, position) => position < before && candidate.outputs.some(({ sha256 }) => sha256 === parent),
    );
    step = chain.steps[index] ?? step;
  }
  return corrections;
}

function isOwnImage(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`) && /^[1-9]\d{0,5}\.(png|jpg|webp)$/.test(path.slice(folder.length + 1));
}

function invalid(file: string, shortMessage: string, cause?: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "invalid_request",
    shortMessage,
    hint: "Mend it, or delete its folder to start again with new drafts.",
    location: { file, line: 1 },
    cause,
  });
}
