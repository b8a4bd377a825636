import { jsonReply } from "../../basics/wire.ts";
import type { WireRequest } from "../../basics/wire.ts";
import { freeAnswer } from "../../desk/answer.ts";
import type { Answer } from "../../desk/answer.ts";
import type { BatchResult, SimulatedBatch } from "../../desk/batch-room.ts";
import type { Desk } from "../../desk/desk.ts";
import { batchDesk, lineResult } from "../../jobs/batch-desk.ts";
import { geminiErrorReply, invalidArgument } from "./gemini-errors.ts";

/** Answers one request as generateContent itself would. */
type AnswerLine = (body: unknown, responseId: string, desk: Desk) => Promise<Answer>;

interface Line {
  readonly request: unknown;
  readonly metadata?: { readonly key?: string };
}

/** Takes `models/ID:batchGenerateContent` with inline requests. */
export function createGeminiBatch(request: WireRequest, model: string, desk: Desk, answerLine: AnswerLine): Answer {
  const batch = recordOf(request.body.kind === "json" ? recordOf(request.body.value)["batch"] : undefined);
  const requests = recordOf(recordOf(batch["inputConfig"])["requests"])["requests"];
  const lines: readonly Line[] = Array.isArray(requests) ? requests : [];
  if (lines.length === 0)
    return freeAnswer(
      geminiErrorReply(invalidArgument("* BatchGenerateContentRequest.batch.input_config: must not be empty")),
    );
  const simulated: SimulatedBatch = {
    id: `batches/${desk.nextId()}`,
    provider: "gemini",
    model,
    name: typeof batch["displayName"] === "string" ? batch["displayName"] : "",
    inputFileId: "",
    endpoint: "generateContent",
    createdMs: desk.nowMs(),
    metadata: {},
    total: lines.length,
    pollsLeft: desk.batchRoom.polls,
    outputFileId: undefined,
    results: undefined,
    run: async () => {
      const results: BatchResult[] = [];
      for (const line of lines) {
        const responseId = Buffer.from(desk.nextId(), "hex").toString("base64url");
        const answer = await answerLine(line.request, responseId, batchDesk(desk));
        results.push(lineResult(line.metadata?.key ?? "", responseId, answer));
      }
      return results;
    },
  };
  desk.batchRoom.batches.set(simulated.id, simulated);
  return freeAnswer(jsonReply(200, describe(simulated)));
}

/** `GET batches`, `GET batches/ID` and the files that batches wrote; `undefined` for any other path. */
export async function answerGeminiBatches(method: string, path: string, desk: Desk): Promise<Answer | undefined> {
  const download = /^\/(files\/[\w-]+):download$/.exec(path);
  if (method === "GET" && download) return downloadFile(download[1] ?? "", desk);
  if (method !== "GET" || !path.startsWith("/batches")) return undefined;
  if (path === "/batches") {
    const own = [...desk.batchRoom.batches.values()].filter(({ provider }) => provider === "gemini");
    return freeAnswer(
      jsonReply(200, { operations: own.map((batch) => ({ ...describe(batch), response: undefined })) }),
    );
  }
  const batch = await desk.batchRoom.look(path.slice(1));
  if (!batch) return notFound();
  if (batch.results && desk.batchRoom.answersInFile) batch.outputFileId ??= writeFile(batch, batch.results, desk);
  return freeAnswer(jsonReply(200, describe(batch)));
}

function notFound(): Answer {
  return freeAnswer(geminiErrorReply({ code: 404, status: "NOT_FOUND", message: "Requested entity was not found." }));
}

function downloadFile(id: string, desk: Desk): Answer {
  const file = desk.batchRoom.files.get(id);
  if (!file) return notFound();
  const headers = { "content-type": "application/jsonl", "content-length": String(file.bytes.length) };
  return freeAnswer({ status: 200, headers, chunks: [file.bytes] });
}

/** One line per answer, with the key of its request. */
function writeFile(batch: SimulatedBatch, results: readonly BatchResult[], desk: Desk): string {
  const id = `files/batch-${desk.nextId()}`;
  const lines = results.map((result) => `${JSON.stringify({ key: result.key, ...outcomeOf(result) })}\n`);
  desk.batchRoom.files.set(id, {
    id,
    name: `${batch.name}.jsonl`,
    purpose: "batch_output",
    bytes: Buffer.from(lines.join("")),
    createdMs: desk.nowMs(),
  });
  return id;
}

function describe(batch: SimulatedBatch): object {
  const { results, outputFileId } = batch;
  const file = outputFileId === undefined ? undefined : { responsesFile: outputFileId };
  return {
    name: batch.id,
    metadata: {
      "@type": "type.googleapis.com/google.ai.generativelanguage.v1main.GenerateContentBatch",
      model: `models/${batch.model}`,
      displayName: batch.name,
      name: batch.id,
      createTime: new Date(batch.createdMs).toISOString(),
      state: results ? "BATCH_STATE_SUCCEEDED" : "BATCH_STATE_RUNNING",
      batchStats: { requestCount: String(batch.total) },
      output: file,
    },
    ...(results
      ? { done: true, response: file ?? { inlinedResponses: { inlinedResponses: results.map(inlined) } } }
      : {}),
  };
}

function inlined(result: BatchResult): object {
  return { metadata: { key: result.key }, ...outcomeOf(result) };
}

function outcomeOf({ status, body }: BatchResult): object {
  const value = recordOf(JSON.parse(body) as unknown);
  return status < 400 ? { response: value } : { error: value["error"] };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
