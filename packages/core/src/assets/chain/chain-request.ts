import { ArtdeskError } from "../../basics/errors.ts";
import type { ImageInput, ImageRequest } from "../../basics/types.ts";
import { finalPrompt, refinePrompt } from "./chain-prompt.ts";

/** Longest correction in characters. */
const MAX_CORRECTION_CHARACTERS = 4000;

/** What a refinement or a final starts from. */
export interface ChainParent {
  /** The draft or refinement that was picked. */
  image: ImageInput;
  /** What was changed on the way to it, in the person's words, oldest first. */
  corrections: readonly string[];
}

/**
 * A request as a draft: the model and quality that it pins are for the final, and a shape is drawn small. For a desk
 * with the policy of stage `draft`.
 */
export function draftRequest(request: ImageRequest): ImageRequest {
  return {
    ...request,
    model: undefined,
    quality: undefined,
    format: "png",
    resolution: request.size === undefined ? "1K" : undefined,
  };
}

/** The edit that changes a draft or a refinement: like a draft, made by a desk with the policy of stage `draft`. */
export function refineRequest(request: ImageRequest, parent: ChainParent, correction: string): ImageRequest {
  const prompt = refinePrompt({ prompt: request.prompt, corrections: parent.corrections, correction });
  return { ...editOf(draftRequest(request), parent), prompt };
}

/**
 * The edit that makes the image for good, with every correction that led to the pick. For a desk with the policy of
 * stage `final`.
 */
export function finalRequest(request: ImageRequest, parent: ChainParent): ImageRequest {
  const prompt = finalPrompt({ prompt: request.prompt, corrections: parent.corrections });
  return { ...editOf(request, parent), prompt };
}

/**
 * A correction without the white space around it.
 * @throws ArtdeskError `invalid_request` when nothing is left, or more than 4000 characters
 */
export function readCorrection(text: string): string {
  const correction = text.trim();
  const issue =
    correction === ""
      ? "must not be empty: a refinement needs to know what to change."
      : correction.length > MAX_CORRECTION_CHARACTERS
        ? `has ${correction.length} characters; at most ${MAX_CORRECTION_CHARACTERS} are allowed.`
        : undefined;
  if (issue === undefined) return correction;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `correction: ${issue}`,
    hint: 'Say in words what to change, for example "more shadow under the left cheekbone".',
  });
}

function editOf(request: ImageRequest, { image }: ChainParent): ImageRequest {
  return { ...request, operation: "edit", mask: undefined, references: [image, ...(request.references ?? [])] };
}
