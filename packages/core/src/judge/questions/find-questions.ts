import type { AttemptHost } from "../../buy/attempt-task.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Attempt } from "../../basics/receipt.ts";
import { askJudge, type JudgeTask } from "../ask/ask-judge.ts";
import { buildQuestions, textQuestions } from "./build-questions.ts";
import { chooseJudge } from "../../models/judges/built-in-judges.ts";
import type { Judge } from "../../models/judges/judge.ts";
import { worstCaseWriterMicroUsd } from "../../models/judges/judge-cost.ts";
import { readWrittenQuestions } from "../../models/judges/judge-reply.ts";
import type { Question, QuestionList, QuestionSource } from "../../basics/question.ts";

/** Where drawn questions are kept, so that another run of the same prompt asks the same ones. */
export interface QuestionStore {
  /** @returns undefined when nothing is kept under this key */
  read(key: string): Promise<string | undefined>;
  write(key: string, text: string): Promise<void>;
}

export interface QuestionTask extends Pick<JudgeTask<never>, "tags" | "subject" | "policy" | "signal"> {
  prompt: string;
  elements: readonly string[];
  /** Exact strings that must stand in the image. */
  texts: readonly string[];
  judges: readonly Judge[];
  store: QuestionStore | undefined;
  /** What is being drawn just now, by the SHA-256 of the prompt. */
  drawing: Map<string, Promise<DrawnQuestions>>;
  /** Most that drawing questions may cost. Micro-USD. */
  leftMicroUsd: number;
}

/** Questions, the calls that were to draw them, and what went wrong, or why there are fewer than wished. */
export interface FoundQuestions {
  list: QuestionList;
  attempts: readonly Attempt[];
  reasons: readonly string[];
}

/** Most models that are asked to draw the questions of one prompt. */
const MAX_WRITERS = 2;

const FORMAT = 1;

/**
 * The questions of a request: from its elements and texts; without elements a model draws them from the prompt, once, and
 * when it fails another one. Never rejects: without a model only the texts are asked about.
 */
export async function findQuestions(host: AttemptHost, task: QuestionTask): Promise<FoundQuestions> {
  const { elements, texts } = task;
  const nothing = { attempts: [], reasons: [] };
  if (elements.length > 0)
    return { list: { questions: buildQuestions(elements, texts), source: "request" }, ...nothing };
  const own = textQuestions(texts);
  const key = host.codec.sha256Hex(task.prompt);
  // Two images of one prompt may be made side by side: the second one waits for the questions of the first.
  const shared = await task.drawing.get(key);
  const listOf = (questions: readonly Question[], source: QuestionSource): QuestionList => ({
    questions: [...questions, ...own],
    source,
  });
  if (shared?.questions) return { list: listOf(shared.questions, "stored"), ...nothing };
  const running = readOrDraw(host, task, key);
  task.drawing.set(key, running);
  try {
    const { questions, source, attempts, reasons } = await running;
    return { list: listOf(questions ?? [], source), attempts, reasons };
  } finally {
    if (task.drawing.get(key) === running) task.drawing.delete(key);
  }
}

/** Questions from the store or a model; none when every model failed. */
export interface DrawnQuestions {
  questions: readonly Question[] | undefined;
  source: QuestionSource;
  attempts: readonly Attempt[];
  reasons: readonly string[];
}

async function readOrDraw(host: AttemptHost, task: QuestionTask, key: string): Promise<DrawnQuestions> {
  const stored = await readStored(task.store, key);
  if (stored) return { questions: stored, source: "stored", attempts: [], reasons: [] };
  const attempts: Attempt[] = [];
  const failed: Judge[] = [];
  const reasons: string[] = [];
  const writers = task.judges.filter(({ writer }) => writer !== undefined);
  while (failed.length < MAX_WRITERS) {
    const judge = chooseJudge(writers, [], (provider) => host.http.hasKey(provider), failed);
    if (!judge) break;
    const spentMicroUsd = attempts.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0);
    const drawn = await drawQuestions(host, judge, { ...task, leftMicroUsd: task.leftMicroUsd - spentMicroUsd });
    if (drawn.attempt) attempts.push(drawn.attempt);
    if (drawn.questions) {
      const problem = await writeStored(task.store, key, drawn.questions);
      if (problem !== undefined) reasons.push(problem);
      return { questions: drawn.questions, source: "extracted", attempts, reasons };
    }
    failed.push(judge);
    reasons.push(`No questions were drawn from the prompt: ${drawn.reason}`);
    if (task.signal?.aborted) break;
  }
  if (failed.length === 0)
    reasons.push(
      "No questions were drawn from the prompt: no model that can do it has a key. List `elements` instead.",
    );
  return { questions: undefined, source: "request", attempts, reasons };
}

/** What one model drew, or why it drew nothing. */
async function drawQuestions(
  host: AttemptHost,
  judge: Judge,
  task: QuestionTask,
): Promise<{ questions?: readonly Question[]; reason: string; attempt: Attempt | undefined }> {
  const { writer } = judge;
  const worstCaseMicroUsd = worstCaseWriterMicroUsd(judge, task.prompt);
  if (!writer || worstCaseMicroUsd > task.leftMicroUsd)
    return { reason: `${judge.name} does not fit what this request may cost.`, attempt: undefined };
  const { reply, attempt, error } = await askJudge(host, {
    judge,
    kind: "questions",
    worstCaseMicroUsd,
    tags: task.tags,
    subject: task.subject,
    policy: task.policy,
    signal: task.signal,
    request: () => writer.build(task.prompt),
    read: (response) => writer.read(response),
  });
  if (!reply) return { reason: error?.shortMessage ?? "the model gave none.", attempt };
  const questions = reply.questions.map((question) => ({
    ...question,
    id: `q-${question.id}`,
    parents: question.parents.map((id) => `q-${id}`),
  }));
  return { questions, reason: "", attempt };
}

async function readStored(store: QuestionStore | undefined, key: string): Promise<Question[] | undefined> {
  try {
    const text = await store?.read(key);
    if (text === undefined || recordOf(JSON.parse(text))?.["formatVersion"] !== FORMAT) return undefined;
    const subject = { provider: "", providerName: "The stored file", model: "", requestId: undefined };
    return readWrittenQuestions(text, subject, undefined);
  } catch {
    // A file that cannot be read is drawn anew.
    return undefined;
  }
}

async function writeStored(
  store: QuestionStore | undefined,
  key: string,
  questions: readonly Question[],
): Promise<string | undefined> {
  const rows = questions.map(({ id, text, kind, parents }) => ({ id, question: text, kind, parents }));
  try {
    await store?.write(key, `${JSON.stringify({ formatVersion: FORMAT, questions: rows }, null, 2)}\n`);
    return undefined;
  } catch (error) {
    return `The questions could not be kept: ${error instanceof Error ? error.message : String(error)}`;
  }
}
