import * as v from "valibot";
import { digest } from "../../basics/digest.ts";
import { jsonReply } from "../../basics/wire.ts";
import type { ParsedBody, Reply } from "../../basics/wire.ts";
import type { Desk } from "../../desk/desk.ts";
import { decodeBase64, probeImage } from "../../images/image-probe.ts";
import {
  type AskedQuestion,
  drawQuestions,
  judgeJob,
  type JudgeEnding,
  readQuestionLines,
  textTokens,
} from "../../jobs/judge-job.ts";
import type { PaidJob } from "../../jobs/paid-job.ts";
import * as errors from "./openai-errors.ts";

type Headers = Readonly<Record<string, string>>;
type Checked = { readonly job: PaidJob } | { readonly error: errors.OpenAiError };

const MODEL = "gpt-6-luna";
/** US dollars per million tokens, OpenAI's pricing page of 22 September 2026; Decisions bill no output. */
const PRICES = { inUsd: 0.1, outUsd: 0.5 };

const imagePart = v.strictObject({
  type: v.literal("input_image"),
  image_url: v.string(),
  detail: v.optional(v.picklist(["low", "high", "auto", "original"])),
});
const textPart = v.strictObject({ type: v.literal("input_text"), text: v.string() });
const messages = v.array(
  v.strictObject({ role: v.literal("user"), content: v.array(v.variant("type", [imagePart, textPart])) }),
);

const decisionSchema = v.strictObject({
  model: v.string(),
  input: messages,
  questions: v.pipe(
    v.array(v.strictObject({ type: v.literal("predicate"), name: v.optional(v.string()), instructions: v.string() })),
    v.minLength(1),
    v.maxLength(400),
  ),
});

const responseSchema = v.strictObject({
  model: v.string(),
  instructions: v.optional(v.string()),
  input: messages,
  text: v.strictObject({
    format: v.strictObject({
      type: v.literal("json_schema"),
      name: v.pipe(v.string(), v.regex(/^[\w-]{1,64}$/)),
      schema: v.record(v.string(), v.unknown()),
      strict: v.optional(v.boolean()),
    }),
  }),
  reasoning: v.optional(v.strictObject({ effort: v.picklist(["none", "low", "medium", "high", "xhigh", "max"]) })),
  max_output_tokens: v.optional(v.pipe(v.number(), v.integer(), v.minValue(16))),
  store: v.optional(v.boolean()),
});

/** Checks a call to `/decisions` or `/responses` and makes it a job. */
export async function readJudgeCall(
  path: "/decisions" | "/responses",
  body: ParsedBody,
  requestId: string,
  headers: Headers,
  desk: Desk,
): Promise<Checked> {
  if (body.kind !== "json") return { error: errors.badRequest("invalid_request", null, "The body must be JSON.") };
  const parsed = v.safeParse(path === "/decisions" ? decisionSchema : responseSchema, body.value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return { error: errors.badRequest("invalid_value", v.getDotPath(issue) ?? null, issue.message) };
  }
  const request = parsed.output;
  if (request.model !== MODEL) return { error: errors.modelNotFound(request.model, false) };
  const parts = request.input.flatMap(({ content }) => content);
  const image = await readImage(parts.find((part) => part.type === "input_image")?.image_url);
  if (image === null)
    return {
      error: errors.badRequest(
        "invalid_image",
        "input",
        "The image data you provided does not represent a valid image.",
      ),
    };
  const texts = parts.flatMap((part) => (part.type === "input_text" ? [part.text] : []));
  const shared = sharedJob(texts.join("\n"), requestId, headers);
  const imageTokens = image?.tokens ?? 0;
  if ("questions" in request) {
    const questions = request.questions.map(({ name, instructions }) => ({ id: name ?? "", text: instructions }));
    const input = imageTokens + questions.reduce((total, { text }) => total + textTokens(text) + 8, 0);
    const prompt = questions.map(({ text }) => text).join("\n");
    const job = judgeJob(
      { ...shared, prompt },
      () => [{ tokens: input, usdPerMillionTokens: PRICES.inUsd }],
      (ending) =>
        jsonReply(
          200,
          { model: MODEL, answers: decide(questions, image?.bytes, ending, desk), usage: usage(input, 0) },
          headers,
        ),
    );
    return { job };
  }
  const answer = (ending: JudgeEnding): string =>
    write(request.text.format.name, texts.join("\n"), image?.bytes, ending, desk);
  const input =
    imageTokens +
    textTokens(`${request.instructions ?? ""}${texts.join("\n")}${JSON.stringify(request.text.format.schema)}`);
  const output = (ending: JudgeEnding): number => textTokens(ending === "refused" ? REFUSAL : answer(ending));
  const job = judgeJob(
    shared,
    (ending) => [
      { tokens: input, usdPerMillionTokens: PRICES.inUsd },
      { tokens: output(ending), usdPerMillionTokens: PRICES.outUsd },
    ],
    (ending) => {
      const content =
        ending === "refused"
          ? { type: "refusal", refusal: REFUSAL }
          : { type: "output_text", text: answer(ending), annotations: [] };
      return jsonReply(
        200,
        {
          id: `resp_${requestId}`,
          object: "response",
          created_at: Math.floor(desk.nowMs() / 1000),
          status: "completed",
          model: MODEL,
          output: [
            { type: "message", id: `msg_${requestId}`, status: "completed", role: "assistant", content: [content] },
          ],
          usage: usage(input, output(ending)),
        },
        headers,
      );
    },
  );
  return { job };
}

const REFUSAL = "I can't help with that.";

function sharedJob(
  prompt: string,
  requestId: string,
  headers: Headers,
): Omit<PaidJob, "operation" | "images" | "complete" | "moderate"> {
  return {
    provider: "openai",
    model: MODEL,
    prompt,
    requestId,
    rateLimited: (fault) => errors.rateLimitReply(fault, MODEL, headers),
    outOfCredit: (fault): Reply => errors.outOfCreditReply(fault, headers),
    unauthorized: () => errors.openAiErrorReply(errors.wrongKey, headers),
    serverError: (status) => errors.serverErrorReply(status, headers),
  };
}

/** The picture of a data URL with its tokens: 32 px patches, at most 2,500. `null` for one that is broken. */
async function readImage(url: string | undefined): Promise<{ bytes: Buffer; tokens: number } | undefined | null> {
  if (url === undefined) return undefined;
  const bytes = decodeBase64(/^data:image\/[a-z]+;base64,(.+)$/.exec(url)?.[1] ?? "");
  const probed = bytes && (await probeImage(bytes));
  if (!bytes || !probed) return null;
  return { bytes, tokens: Math.min(2500, Math.ceil(probed.widthPx / 32) * Math.ceil(probed.heightPx / 32)) };
}

function decide(
  questions: readonly AskedQuestion[],
  image: Buffer | undefined,
  ending: JudgeEnding,
  desk: Desk,
): object[] {
  if (ending === "nonsense")
    return [{ type: "choice", name: "other", choice: "blue", confidence: 1, probabilities: [] }];
  return questions.map(({ id, text }) => {
    if (ending === "refused" || !image) return { type: "refusal", name: id };
    const yes = desk.truth.answer(MODEL, image, text);
    const doubt = digest("doubt", desk.seed, text).readUInt8(0) / 2560;
    return { type: "predicate", name: id, probability: yes ? 1 - doubt : doubt };
  });
}

function write(format: string, text: string, image: Buffer | undefined, ending: JudgeEnding, desk: Desk): string {
  if (ending === "nonsense") return JSON.stringify({ verdict: "fine" });
  if (format === "questions" || !image) return JSON.stringify({ questions: drawQuestions(text) });
  const answers = readQuestionLines(text).map((question) => ({
    id: question.id,
    answer: desk.truth.answer("vision", image, question.text) ? "yes" : "no",
  }));
  return JSON.stringify({ answers });
}

function usage(input: number, output: number): object {
  return {
    input_tokens: input,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
    output_tokens: output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: input + output,
  };
}
