import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import * as v from "valibot";
import { digest } from "../basics/digest.ts";

/** How often a model places what was asked for. The first rule that fits decides. */
export interface AdherenceRule {
  /** Only images of exactly this model id. */
  readonly model?: string | undefined;
  /** Only images of this quality word (OpenAI) or size class (Gemini). */
  readonly quality?: string | undefined;
  /** Only questions that contain this text. */
  readonly question?: string | undefined;
  /** Share of images in which the answer is yes, 0 to 1. */
  readonly rate: number;
}

/** What the simulated images show, and how well judges see it. */
export interface Adherence {
  readonly rules: readonly AdherenceRule[];
  /** Share of answers that a judge gets wrong. Default 0. */
  readonly judgeErrorRate?: number | undefined;
}

const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const adherenceSchema = v.strictObject({
  rules: v.array(
    v.strictObject({
      model: v.optional(v.string()),
      quality: v.optional(v.string()),
      question: v.optional(v.string()),
      rate: share,
    }),
  ),
  judgeErrorRate: v.optional(share),
});

/**
 * Checks what a control call sends.
 *
 * @throws Error that names the first mistake
 */
export function parseAdherence(value: unknown): Adherence {
  const parsed = v.safeParse(adherenceSchema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new Error(`Wrong adherence. ${v.getDotPath(issue) ?? "(body)"}: ${issue.message}`);
}

/** What is known of a drawn image. */
interface DrawnImage {
  readonly model: string;
  readonly quality: string;
}

const MAX_IMAGES = 100_000;

/**
 * Knows the truth about every image that was drawn while rules hold: for each question, whether the answer is yes. It is
 * fixed by seed, image and question, so that every judge is asked about the same picture.
 */
export class TruthBook {
  readonly #seed: number;
  readonly #images = new Map<string, DrawnImage>();
  #adherence: Adherence | undefined;
  /** How often each order was drawn: calls side by side must not depend on which is drawn first. */
  readonly #drawn = new Map<string, number>();

  constructor(seed: number, adherence?: Adherence) {
    this.#seed = seed;
    this.#adherence = adherence;
  }

  replace(adherence: Adherence | undefined): void {
    this.#adherence = adherence;
  }

  reset(): void {
    this.#images.clear();
    this.#drawn.clear();
  }

  /**
   * Makes an image one of its kind and remembers it: without that, the same order would give the same bytes and so the
   * same truth. Without rules it comes back as it is.
   */
  sign(base64: Buffer, image: DrawnImage, format: string): Buffer {
    if (!this.#adherence) return base64;
    const order = JSON.stringify(image);
    const times = (this.#drawn.get(order) ?? 0) + 1;
    this.#drawn.set(order, times);
    const file = tagImage(Buffer.from(base64.toString("latin1"), "base64"), format, `drawn ${times}`);
    this.#images.set(sha256(file), { model: image.model, quality: image.quality });
    const [oldest] = this.#images.keys();
    if (this.#images.size > MAX_IMAGES && oldest !== undefined) this.#images.delete(oldest);
    return Buffer.from(file.toString("base64"), "latin1");
  }

  /** Whether the image shows what the question asks for. Unknown images and no rules: yes. */
  isPlaced(imageSha256: string, question: string): boolean {
    const image = this.#images.get(imageSha256);
    if (!image || !this.#adherence) return true;
    const rule = this.#adherence.rules.find(
      (candidate) =>
        (candidate.model === undefined || candidate.model === image.model) &&
        (candidate.quality === undefined || candidate.quality === image.quality) &&
        (candidate.question === undefined || question.includes(candidate.question)),
    );
    return chance("truth", this.#seed, imageSha256, question) < (rule?.rate ?? 1);
  }

  /** What a judge says: the truth, except for its share of errors. */
  answer(judge: string, image: Buffer, question: string): boolean {
    const imageSha256 = sha256(image);
    const isWrong = chance("judge", this.#seed, judge, imageSha256, question) < (this.#adherence?.judgeErrorRate ?? 0);
    return this.isPlaced(imageSha256, question) !== isWrong;
  }
}

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** A number in [0, 1), fixed by its parts. */
function chance(...parts: readonly (string | number)[]): number {
  return digest(...parts).readUInt32BE(0) / 2 ** 32;
}

/** Adds a comment that no reader shows: a tEXt chunk, a COM segment, or a chunk of its own. */
function tagImage(file: Buffer, format: string, text: string): Buffer {
  const comment = Buffer.from(text, "latin1");
  if (format === "png") {
    const body = Buffer.concat([Buffer.from("tEXtComment\0", "latin1"), comment]);
    const chunk = Buffer.alloc(8 + body.length);
    chunk.writeUInt32BE(body.length - 4, 0);
    body.copy(chunk, 4);
    chunk.writeUInt32BE(crc32(body), 4 + body.length);
    const end = file.length - 12;
    return Buffer.concat([file.subarray(0, end), chunk, file.subarray(end)]);
  }
  if (format === "jpeg") {
    const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
    return Buffer.concat([file.subarray(0, 2), head, comment, file.subarray(2)]);
  }
  const padded = comment.length % 2 === 0 ? comment : Buffer.concat([comment, Buffer.from(" ")]);
  const head = Buffer.alloc(8);
  head.write("note", 0, "latin1");
  head.writeUInt32LE(padded.length, 4);
  const tagged = Buffer.concat([file, head, padded]);
  tagged.writeUInt32LE(tagged.length - 8, 4);
  return tagged;
}
