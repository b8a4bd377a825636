import type { AttemptHost } from "../attempt.ts";
import { recordOf } from "../http.ts";
import type { Attempt } from "../receipt.ts";
import { askJudge, type JudgeTask } from "./ask-judge.ts";
import { buildQuestions, textQuestions } from "./build-questions.ts";
import type { Judge } from "./judge.ts";
import { worstCaseWriterMicroUsd } from "./judge-cost.ts";
import { readWrittenQuestions } from "./judge-reply.ts";
import type { Question, QuestionList } from "./question.ts";

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
  /** Most that drawing questions may cost. Micro-USD. */
  leftMicroUsd: number;
}

/** Questions, the call that drew them, and why there are fewer than wished. */
export interface FoundQuestions {
  list: QuestionList;
  attempt: Attempt | undefined;
  reason: string | undefined;
}

const FORMAT = 1;

/**
 * The questions of a request: from its elements and texts; without elements a model draws them from the prompt, once.
 * Never rejects: without a model only the texts are asked about.
 */
export async function findQuestions(host: AttemptHost, task: QuestionTask): Promise<FoundQuestions> {
  const { elements, texts } = task;
  if (elements.length > 0) {
    return {
      list: { questions: buildQuestions(elements, texts), source: "request" },
      attempt: undefined,
      reason: undefined,
    };
  }
  const own = textQuestions(texts);
  const key = host.codec.sha256Hex(task.prompt);
  const stored = await readStored(task.store, key);
  if (stored)
    return { list: { questions: [...stored, ...own], source: "stored" }, attempt: undefined, reason: undefined };
  const fallback = (reason: string, attempt?: Attempt): FoundQuestions => ({
    list: { questions: own, source: "request" },
    attempt,
    reason: `No questions were drawn from the prompt: ${reason}`,
  });
  const judge = task.judges.find((candidate) => candidate.writer && host.http.hasKey(candidate.provider));
  const writer = judge?.writer;
  if (!judge || !writer) return fallback("no model that can do it has a key. List `elements` instead.");
  const worstCaseMicroUsd = worstCaseWriterMicroUsd(judge, task.prompt);
  if (worstCaseMicroUsd > task.leftMicroUsd) return fallback("it does not fit what this request may cost.");
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
  if (!reply) return fallback(error?.shortMessage ?? "the model gave none.", attempt);
  const questions = reply.questions.map((question) => ({
    ...question,
    id: `q-${question.id}`,
    parents: question.parents.map((id) => `q-${id}`),
  }));
  const reason = await writeStored(task.store, key, questions);
  return { list: { questions: [...questions, ...own], source: "extracted" }, attempt, reason };
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
