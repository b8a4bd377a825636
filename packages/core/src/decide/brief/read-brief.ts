import type { Brief, BriefSignal, ParsedRequest, SizeWish } from "../../basics/types.ts";
import { findWriting } from "./find-writing.ts";
import { readScene } from "./read-scene.ts";
import { scanPrompt } from "./scan-prompt.ts";

/** More words than this make a long prompt. */
export const LONG_PROMPT_WORDS = 60;

const EDGE_PX = { "1K": 1024, "2K": 2048, "4K": 4096 } as const;

/**
 * Reads the signals that decide which offers qualify: text to render, length, people, light, photorealism.
 * Rules over words and their neighbours, no model and no network; the time is linear in the prompt's length.
 */
export function readBrief(request: ParsedRequest): Brief {
  const scan = scanPrompt(request.prompt);
  const writing = findWriting(scan);
  const scene = readScene(scan);
  const textToRender = request.text.length === 0 ? writing.texts : [...new Set([...request.text, ...writing.texts])];
  const evidence: Partial<Record<BriefSignal, string>> = {};
  if (request.text.length > 0)
    evidence.text = request.text
      .map((text) => `"${text}"`)
      .join(", ")
      .slice(0, 120);
  else if (writing.evidence !== undefined) evidence.text = writing.evidence;
  if (scan.wordCount > LONG_PROMPT_WORDS) evidence.long_prompt = `${scan.wordCount} words`;
  if (scene.people !== undefined) evidence.people = scene.people;
  if (scene.hardLight !== undefined) evidence.hard_light = scene.hardLight;
  if (scene.photo !== undefined) evidence.photorealism = scene.photo;
  return {
    words: scan.wordCount,
    promptBytes: scan.promptBytes,
    textToRender,
    rendersText: writing.rendersText || request.text.length > 0,
    elementCount: request.elements.length + scene.things,
    peopleInAction: scene.people !== undefined,
    hardLight: scene.hardLight !== undefined,
    photorealism: scene.photo !== undefined,
    transparent: request.transparent,
    references: request.references.length,
    pixels: countPixels(request.size),
    evidence,
  };
}

function countPixels(size: SizeWish): number {
  return size.kind === "exact" ? size.widthPx * size.heightPx : EDGE_PX[size.resolution] ** 2;
}
