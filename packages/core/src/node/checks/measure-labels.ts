import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Question } from "../../basics/question.ts";
import { type JudgeMeasure, type LabelledVerdict, measureJudge } from "../../judge/compare/measure-judge.ts";
import { checklistQuestions } from "../../judge/questions/checklist.ts";
import { receiveImage } from "../../models/adapter/compose-reply.ts";
import { nodeCodec } from "../platform/node-codec.ts";
import type { AssetDesk } from "../run/asset-desk.ts";

/** The answer of `artdesk judge`. */
export interface JudgeLabelsReport extends JudgeMeasure {
  judge: string;
  images: number;
  costMicroUsd: number;
  /** Why some images could not be judged. */
  reasons: readonly string[];
}

interface LabelledImage {
  path: string;
  questions: readonly Question[];
  labels: ReadonlyMap<string, boolean>;
}

/**
 * Has a judge look at labelled images and says how often it agrees. Each line of the file is
 * `{"image": "a.png", "elements": [{"id": 1, "q": "Is there a dog?", "deps": [], "label": true}]}`; image paths start at the file.
 * Throws `invalid_request` with the line for a file that is not like that.
 */
export async function measureLabels(desk: AssetDesk, file: string, judge: string): Promise<JudgeLabelsReport> {
  const path = resolve(desk.workspace.root, file);
  const images = readText(path, file)
    .split("\n")
    .flatMap((text, index) => (text.trim() === "" ? [] : [readLine(text, { file, line: index + 1 })]));
  const pairs: LabelledVerdict[] = [];
  const reasons = new Set<string>();
  let costMicroUsd = 0;
  for (const { path: image, questions, labels } of images) {
    const bytes = readImage(resolve(dirname(path), image));
    const { judged, attempts } = await desk.artdesk.judge(receiveImage(bytes, nodeCodec), questions, { judge });
    for (const attempt of attempts) costMicroUsd += attempt.costMicroUsd;
    if (judged.reason !== undefined) reasons.add(judged.reason);
    for (const { id, verdict } of judged.elements) {
      const placed = labels.get(id);
      if (placed !== undefined) pairs.push({ placed, verdict });
    }
  }
  return { judge, images: images.length, costMicroUsd, reasons: [...reasons], ...measureJudge(pairs) };
}

function readText(path: string, file: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new ArtdeskError({ code: "invalid_request", shortMessage: `The file ${file} cannot be read.`, cause });
  }
}

function readImage(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ArtdeskError({ code: "invalid_request", shortMessage: `The image ${path} cannot be read.`, cause });
  }
}

function readLine(text: string, location: { file: string; line: number }): LabelledImage {
  const wrong = (shortMessage: string, cause?: unknown): ArtdeskError =>
    new ArtdeskError({ code: "invalid_request", shortMessage, location, cause });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw wrong("This line is not JSON.", cause);
  }
  const { image, elements } = recordOf(value) ?? {};
  if (typeof image !== "string" || !Array.isArray(elements)) throw wrong("This line needs `image` and `elements`.");
  const questions = checklistQuestions(elements);
  const labels = new Map<string, boolean>();
  for (const [index, element] of elements.entries()) {
    const label = recordOf(element)?.["label"];
    const question = questions[index];
    if (typeof label !== "boolean" || question === undefined || questions.length !== elements.length)
      throw wrong(`Element ${index + 1} needs \`q\` and a \`label\` that is true or false.`);
    labels.set(question.id, label);
  }
  return { path: image, questions, labels };
}
