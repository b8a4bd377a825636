import * as v from "valibot";
import type { ParsedBody } from "../../basics/wire.ts";
import { decodeBase64, probeImage } from "../../images/image-probe.ts";
import { invalidArgument, unknownField } from "./gemini-errors.ts";
import type { GeminiError } from "./gemini-errors.ts";
import type { GeminiImageSize, GeminiModel } from "./gemini-models.ts";

/** A valid generateContent request for an image. */
export interface GeminiImageRequest {
  readonly prompt: string;
  readonly references: number;
  readonly aspectRatio: string;
  readonly imageSize: GeminiImageSize;
  readonly wantsText: boolean;
  /** Thoughts, text and images together end here. */
  readonly maxOutputTokens: number;
  /** False only when the request asked for no thoughts. */
  readonly showsThoughts: boolean;
}

type Checked = { readonly request: GeminiImageRequest } | { readonly error: GeminiError };

const MAX_REFERENCES = 14;
const INPUT_MEDIA_TYPES: ReadonlySet<string> = new Set([
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/heic",
  "image/heif",
]);

const partSchema = v.strictObject({
  text: v.optional(v.string()),
  inlineData: v.optional(
    v.strictObject({ mimeType: v.string(), data: v.string(), displayName: v.optional(v.string()) }),
  ),
  fileData: v.optional(
    v.strictObject({ fileUri: v.string(), mimeType: v.optional(v.string()), displayName: v.optional(v.string()) }),
  ),
  thought: v.optional(v.boolean()),
  thoughtSignature: v.optional(v.string()),
});

const contentSchema = v.strictObject({ role: v.optional(v.picklist(["user", "model"])), parts: v.array(partSchema) });

const requestSchema = v.strictObject({
  contents: v.array(contentSchema),
  systemInstruction: v.optional(v.strictObject({ role: v.optional(v.string()), parts: v.array(partSchema) })),
  safetySettings: v.optional(v.array(v.strictObject({ category: v.string(), threshold: v.string() }))),
  serviceTier: v.optional(v.string()),
  generationConfig: v.optional(
    v.strictObject({
      responseModalities: v.optional(v.array(v.picklist(["TEXT", "IMAGE"]))),
      imageConfig: v.optional(
        v.strictObject({
          aspectRatio: v.optional(v.string()),
          imageSize: v.optional(v.string()),
          personGeneration: v.optional(v.picklist(["ALLOW_ALL", "ALLOW_ADULT", "ALLOW_NONE"])),
        }),
      ),
      candidateCount: v.optional(v.pipe(v.number(), v.integer())),
      maxOutputTokens: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
      seed: v.optional(v.pipe(v.number(), v.integer())),
      temperature: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(2))),
      topK: v.optional(v.number()),
      topP: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
      thinkingConfig: v.optional(
        v.strictObject({
          thinkingLevel: v.optional(v.picklist(["THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH"])),
          thinkingBudget: v.optional(v.pipe(v.number(), v.integer())),
          includeThoughts: v.optional(v.boolean()),
        }),
      ),
    }),
  ),
});

type RequestFields = v.InferOutput<typeof requestSchema>;
type ConfigFields = NonNullable<RequestFields["generationConfig"]>;
type PartFields = v.InferOutput<typeof partSchema>;

/** Checks a generateContent body against the API and the model. */
export async function readGenerateContent(body: ParsedBody, model: GeminiModel): Promise<Checked> {
  if (body.kind !== "json") {
    return {
      error: invalidArgument(
        body.kind === "unreadable" ? `Invalid JSON payload received. ${body.reason}` : "Invalid JSON payload received.",
      ),
    };
  }
  const parsed = v.safeParse(requestSchema, body.value, { abortPipeEarly: true });
  if (!parsed.success) return { error: describeIssue(parsed.issues[0]) };
  const { contents, generationConfig = {} } = parsed.output;
  const error = checkConfig(generationConfig, model);
  if (error) return { error };
  const parts = contents.filter(({ role }) => role !== "model").flatMap((content) => content.parts);
  const references = await countReferences(contents.flatMap((content) => content.parts));
  if (typeof references !== "number") return { error: references };
  const prompt = parts.flatMap(({ text }) => (text ? [text] : [])).join("\n");
  if (prompt === "" && references === 0) {
    return { error: invalidArgument("* GenerateContentRequest.contents: contents is not specified\n") };
  }
  return {
    request: {
      prompt,
      references,
      aspectRatio: generationConfig.imageConfig?.aspectRatio ?? "1:1",
      imageSize: (generationConfig.imageConfig?.imageSize ?? "1K") as GeminiImageSize,
      maxOutputTokens: generationConfig.maxOutputTokens ?? Number.POSITIVE_INFINITY,
      wantsText: generationConfig.responseModalities?.includes("TEXT") ?? true,
      showsThoughts: generationConfig.thinkingConfig?.includeThoughts ?? true,
    },
  };
}

function checkConfig(config: ConfigFields, model: GeminiModel): GeminiError | undefined {
  const { responseModalities, imageConfig, candidateCount, thinkingConfig } = config;
  if (responseModalities && !responseModalities.includes("IMAGE")) {
    return invalidArgument("The simulator makes images only: response_modalities must include IMAGE.");
  }
  if (candidateCount !== undefined && candidateCount !== 1) {
    return invalidArgument(`Multiple candidates is not enabled for models/${model.id}`);
  }
  if (imageConfig?.aspectRatio !== undefined && !model.aspectRatios.includes(imageConfig.aspectRatio)) {
    return invalidArgument(
      `Invalid aspect ratio '${imageConfig.aspectRatio}' for models/${model.id}. Supported aspect ratios: ${model.aspectRatios.join(", ")}.`,
    );
  }
  if (imageConfig?.imageSize !== undefined && !Object.hasOwn(model.imageTokens, imageConfig.imageSize)) {
    return invalidArgument(
      `Invalid image size '${imageConfig.imageSize}' for models/${model.id}. Supported image sizes: ${Object.keys(model.imageTokens).join(", ")}.`,
    );
  }
  const level = thinkingConfig?.thinkingLevel;
  if (level && level !== "THINKING_LEVEL_UNSPECIFIED" && !model.thinkingLevels.includes(level)) {
    return invalidArgument(
      `Thinking level ${level} is not supported for this model. Please retry with other thinking level.`,
    );
  }
  return undefined;
}

async function countReferences(parts: readonly PartFields[]): Promise<number | GeminiError> {
  let references = 0;
  for (const { fileData, inlineData } of parts) {
    if (fileData) {
      const name = fileData.fileUri.split("/").at(-1) ?? "";
      return {
        code: 403,
        status: "PERMISSION_DENIED",
        message: `You do not have permission to access the File ${name} or it may not exist.`,
      };
    }
    if (!inlineData) continue;
    if (!INPUT_MEDIA_TYPES.has(inlineData.mimeType))
      return invalidArgument(`Unsupported MIME type: ${inlineData.mimeType}`);
    const bytes = decodeBase64(inlineData.data);
    if (!bytes)
      return invalidArgument(
        "Invalid value at 'contents[0].parts[0].inline_data.data' (TYPE_BYTES), Base64 decoding failed.",
      );
    if (!(await probeImage(bytes)))
      return invalidArgument(
        "Unable to process input image. Please retry or report in https://developers.generativeai.google/guide/troubleshooting",
      );
    references += 1;
  }
  return references > MAX_REFERENCES
    ? invalidArgument(`Too many input images: ${references}. At most ${MAX_REFERENCES} are supported.`)
    : references;
}

function describeIssue(issue: v.BaseIssue<unknown>): GeminiError {
  const keys = (issue.path ?? []).map(({ key }) => key);
  const last = keys.at(-1);
  if (issue.type === "strict_object" && issue.expected === "never")
    return unknownField(String(last), snakePath(keys.slice(0, -1)));
  if (issue.type === "strict_object" && issue.received === "undefined") {
    return invalidArgument(`* GenerateContentRequest.${snakePath(keys)}: ${snakePath(keys)} is not specified\n`);
  }
  return invalidArgument(`Invalid value at '${snakePath(keys)}': ${issue.message}`);
}

function snakePath(keys: readonly unknown[]): string {
  return keys.reduce<string>((path, key) => {
    if (typeof key === "number") return `${path}[${key}]`;
    const name = String(key).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return path === "" ? name : `${path}.${name}`;
  }, "");
}
