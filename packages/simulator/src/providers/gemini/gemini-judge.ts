import * as v from "valibot";
import { jsonReply } from "../../basics/wire.ts";
import type { ParsedBody } from "../../basics/wire.ts";
import type { Desk } from "../../desk/desk.ts";
import { decodeBase64, probeImage } from "../../images/image-probe.ts";
import { drawQuestions, judgeJob, type JudgeEnding, readQuestionLines, textTokens } from "../../jobs/judge-job.ts";
import type { PaidJob } from "../../jobs/paid-job.ts";
import * as errors from "./gemini-errors.ts";

/** The text model that looks at pictures. */
export const GEMINI_JUDGE_MODEL = "gemini-3.5-flash-lite";

/** US dollars per million tokens, since 21 July 2026. */
const PRICES = { inUsd: 0.3, outUsd: 2.5 };
/** An image at high media resolution (Gemini API, media resolution guide). */
const IMAGE_TOKENS = 1120;

const partSchema = v.union([
  v.strictObject({ text: v.string() }),
  v.strictObject({
    inlineData: v.strictObject({ mimeType: v.picklist(["image/png", "image/jpeg", "image/webp"]), data: v.string() }),
  }),
]);

const requestSchema = v.strictObject({
  systemInstruction: v.optional(v.strictObject({ parts: v.array(partSchema) })),
  contents: v.array(v.strictObject({ role: v.optional(v.picklist(["user"])), parts: v.array(partSchema) })),
  generationConfig: v.strictObject({
    responseMimeType: v.literal("application/json"),
    responseJsonSchema: v.record(v.string(), v.unknown()),
    maxOutputTokens: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    thinkingConfig: v.optional(v.strictObject({ thinkingLevel: v.picklist(["MINIMAL", "LOW", "MEDIUM", "HIGH"]) })),
    mediaResolution: v.optional(
      v.picklist(["MEDIA_RESOLUTION_LOW", "MEDIA_RESOLUTION_MEDIUM", "MEDIA_RESOLUTION_HIGH"]),
    ),
  }),
});

/** Checks a generateContent call for JSON and makes it a job. */
export async function readGeminiJudgeCall(
  body: ParsedBody,
  responseId: string,
  headers: Readonly<Record<string, string>>,
  desk: Desk,
): Promise<{ readonly job: PaidJob } | { readonly error: errors.GeminiError }> {
  if (body.kind !== "json") return { error: errors.invalidArgument("Invalid JSON payload received.") };
  const parsed = v.safeParse(requestSchema, body.value);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    return { error: errors.invalidArgument(`Invalid value at '${v.getDotPath(issue) ?? ""}': ${issue.message}`) };
  }
  const { systemInstruction, contents, generationConfig } = parsed.output;
  const parts = contents.flatMap((content) => content.parts);
  const images = parts.flatMap((part) => ("inlineData" in part ? [decodeBase64(part.inlineData.data)] : []));
  for (const image of images) {
    if (!image || !(await probeImage(image)))
      return { error: errors.invalidArgument("Unable to process input image.") };
  }
  const [image] = images;
  const text = parts.flatMap((part) => ("text" in part ? [part.text] : [])).join("\n");
  const system = JSON.stringify(systemInstruction ?? "");
  const textIn = textTokens(`${system}${text}${JSON.stringify(generationConfig.responseJsonSchema)}`);
  const imageIn = images.length * IMAGE_TOKENS;
  const answer = (ending: JudgeEnding): string => {
    if (ending === "refused") return "";
    if (ending === "nonsense") return JSON.stringify({ verdict: "fine" });
    if (!image) return JSON.stringify({ questions: drawQuestions(text) });
    const answers = readQuestionLines(text).map((question) => ({
      id: question.id,
      answer: desk.truth.answer(GEMINI_JUDGE_MODEL, image, question.text) ? "yes" : "no",
    }));
    return JSON.stringify({ answers });
  };
  const job = judgeJob(
    {
      provider: "gemini",
      model: GEMINI_JUDGE_MODEL,
      prompt: text,
      requestId: responseId,
      rateLimited: (fault) => errors.rateLimitReply(fault, GEMINI_JUDGE_MODEL),
      outOfCredit: (fault) => errors.outOfCreditReply(fault, GEMINI_JUDGE_MODEL),
      unauthorized: () => errors.geminiErrorReply(errors.wrongKey),
      serverError: (status) => errors.serverErrorReply(status),
    },
    (ending) => [
      { tokens: textIn + imageIn, usdPerMillionTokens: PRICES.inUsd },
      { tokens: textTokens(answer(ending)), usdPerMillionTokens: PRICES.outUsd },
    ],
    (ending) => {
      const output = textTokens(answer(ending));
      const candidate =
        ending === "refused"
          ? { finishReason: "SAFETY", index: 0 }
          : { content: { role: "model", parts: [{ text: answer(ending) }] }, finishReason: "STOP", index: 0 };
      const usageMetadata = {
        promptTokenCount: textIn + imageIn,
        ...(output > 0 ? { candidatesTokenCount: output } : {}),
        totalTokenCount: textIn + imageIn + output,
      };
      return jsonReply(
        200,
        { candidates: [candidate], usageMetadata, modelVersion: GEMINI_JUDGE_MODEL, responseId },
        headers,
      );
    },
  );
  return { job };
}
