import type { ArtdeskError } from "../../basics/errors.ts";
import type { Codec, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import type { Question } from "../../basics/question.ts";
import type { ReceivedImage } from "../../basics/types.ts";

/** What a judge's calls cost. USD per 1M tokens, which is the same number as micro-USD per token. */
export interface JudgePrices {
  input: number;
  cachedInput: number;
  /** Input that the provider writes into its prompt cache. */
  cacheWrite: number;
  output: number;
}

/** Tokens of a judge's call, as the provider reports them. `inputTokens` holds the cached and cache-written ones too. */
export interface JudgeUsage {
  inputTokens: number;
  cachedTokens: number;
  cacheWriteTokens: number;
  outputTokens: number;
}

/** What a judge is asked. */
export interface JudgeCall {
  image: Pick<ReceivedImage, "bytes" | "mediaType">;
  questions: readonly Question[];
}

/** What a judge answered: probability of yes per question id; a question that it declined is missing. */
export interface JudgeReply {
  answers: ReadonlyMap<string, number>;
  usage: JudgeUsage | undefined;
  requestId: string | undefined;
}

/** Questions that a model drew from a prompt. */
export interface WrittenQuestions {
  questions: readonly Question[];
  usage: JudgeUsage | undefined;
  requestId: string | undefined;
}

/** Writes the questions of a prompt that has no elements. */
export interface QuestionWriter {
  /** Most tokens of a reply; the request states it. */
  maxOutputTokens: number;
  /** UTF-8 bytes of the instructions and schema that go with every prompt: an upper bound of their tokens. */
  overheadBytes: number;
  build(prompt: string): HttpRequest;
  /** Like {@link Judge.read}. */
  read(response: HttpResponse): Promise<WrittenQuestions>;
}

/**
 * A model that looks at an image and answers yes/no questions: pure functions over data, like a provider.
 * `read` gets a 2xx reply and throws an `ArtdeskError` (`content_refused`, `bad_response`, `network`) with `billed` set;
 * its `usage` is lost then, so that the whole reserved amount is booked.
 */
export interface Judge {
  id: string;
  /** Whose key and base URL are used. A judge does not judge what the same provider made when another one can. */
  provider: string;
  /** The name people know. */
  name: string;
  model: string;
  prices: JudgePrices;
  /** Questions that fit in one call. */
  maxQuestions: number;
  /** Most input tokens that one image costs. */
  maxImageTokens: number;
  likelyImageTokens: number;
  /** UTF-8 bytes of instructions and JSON around each question: an upper bound of their tokens. */
  overheadBytes: number;
  overheadBytesPerQuestion: number;
  /** Most tokens of a reply to so many questions; the request states it. */
  maxOutputTokens(questions: number): number;
  build(call: JudgeCall, codec: Codec): HttpRequest;
  read(response: HttpResponse, call: JudgeCall): Promise<JudgeReply>;
  readError(response: HttpResponse): Promise<ArtdeskError>;
  /** Absent for a judge that writes no text. */
  writer?: QuestionWriter | undefined;
}
