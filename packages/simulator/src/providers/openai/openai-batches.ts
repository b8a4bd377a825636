import { jsonReply } from "../../basics/wire.ts";
import type { Reply, WireRequest } from "../../basics/wire.ts";
import { freeAnswer } from "../../desk/answer.ts";
import type { Answer } from "../../desk/answer.ts";
import type { BatchResult, SimulatedBatch, StoredFile } from "../../desk/batch-room.ts";
import type { Desk } from "../../desk/desk.ts";
import { batchDesk, lineResult } from "../../jobs/batch-desk.ts";
import { badRequest, openAiErrorReply } from "./openai-errors.ts";
import type { OpenAiError } from "./openai-errors.ts";

type Headers = Readonly<Record<string, string>>;
/** Answers one line as the endpoint itself would. */
type AnswerLine = (path: string, body: unknown, requestId: string, desk: Desk) => Promise<Answer>;

const ENDPOINTS: ReadonlySet<string> = new Set(["/v1/images/generations", "/v1/images/edits"]);
const DAY_S = 86_400;

/** OpenAI's files and batches, as far as images need them. `undefined` for any other path. */
export async function answerBatches(
  request: WireRequest,
  headers: Headers,
  desk: Desk,
  answerLine: AnswerLine,
): Promise<Answer | undefined> {
  const { method, path } = request;
  const room = desk.batchRoom;
  const refuse = (error: OpenAiError): Answer => freeAnswer(openAiErrorReply(error, headers));
  const json = (value: unknown): Answer => freeAnswer(jsonReply(200, value, headers));
  if (method === "POST" && path === "/files") {
    const stored = storeUpload(request, desk);
    return "status" in stored ? refuse(stored) : json(describeFile(stored));
  }
  const [, fileId, content] = /^\/files\/([^/]+)(\/content)?$/.exec(path) ?? [];
  if (method === "GET" && fileId !== undefined) {
    const file = room.files.get(fileId);
    if (!file) return refuse(notFound("File", fileId));
    if (content === undefined) return json(describeFile(file));
    const reply: Reply = {
      status: 200,
      headers: { ...headers, "content-type": "application/jsonl" },
      chunks: [file.bytes],
    };
    return freeAnswer(reply);
  }
  if (method === "POST" && path === "/batches") {
    const batch = createBatch(request, desk, answerLine);
    return "status" in batch ? refuse(batch) : json(describeBatch(batch));
  }
  if (method === "GET" && path === "/batches") {
    const data = [...room.batches.values()].filter(({ provider }) => provider === "openai").map(describeBatch);
    return json({ object: "list", data, first_id: data[0]?.id, last_id: data.at(-1)?.id, has_more: false });
  }
  const [, batchId] = /^\/batches\/([^/]+)$/.exec(path) ?? [];
  if (method !== "GET" || batchId === undefined) return undefined;
  const batch = await room.look(batchId);
  if (!batch) return refuse(notFound("Batch", batchId));
  if (batch.results && batch.outputFileId === undefined) {
    batch.outputFileId = `file-${desk.nextId()}`;
    const bytes = Buffer.from(batch.results.map((result) => outputLine(result, batch.id)).join(""));
    const name = `${batch.id}_output.jsonl`;
    room.files.set(batch.outputFileId, {
      id: batch.outputFileId,
      name,
      purpose: "batch_output",
      bytes,
      createdMs: desk.nowMs(),
    });
  }
  return json(describeBatch(batch));
}

function storeUpload({ body }: WireRequest, desk: Desk): StoredFile | OpenAiError {
  if (body.kind !== "form") return badRequest("invalid_value", "file", "Send the file as multipart/form-data.");
  const purpose = body.parts.find((part) => part.name === "purpose");
  const file = body.parts.find((part) => part.name === "file");
  if (!purpose || "bytes" in purpose || purpose.value !== "batch")
    return badRequest("invalid_value", "purpose", "Only the purpose 'batch' is simulated.");
  if (!file || !("bytes" in file))
    return badRequest("missing_required_parameter", "file", "Missing required parameter: 'file'.");
  const stored = {
    id: `file-${desk.nextId()}`,
    name: file.fileName,
    purpose: "batch",
    bytes: file.bytes,
    createdMs: desk.nowMs(),
  };
  desk.batchRoom.files.set(stored.id, stored);
  return stored;
}

interface InputLine {
  readonly custom_id: string;
  readonly method: string;
  readonly url: string;
  readonly body: unknown;
}

function createBatch({ body }: WireRequest, desk: Desk, answerLine: AnswerLine): SimulatedBatch | OpenAiError {
  if (body.kind !== "json" || typeof body.value !== "object" || body.value === null)
    return badRequest("invalid_value", "input_file_id", "Send a JSON body.");
  const fields: Readonly<Record<string, unknown>> = { ...body.value };
  const endpoint = String(fields["endpoint"]);
  const file = desk.batchRoom.files.get(String(fields["input_file_id"]));
  if (!ENDPOINTS.has(endpoint)) return badRequest("invalid_value", "endpoint", `Invalid value: '${endpoint}'.`);
  if (fields["completion_window"] !== "24h")
    return badRequest("invalid_value", "completion_window", "Invalid value: only '24h' is supported.");
  if (!file) return notFound("File", String(fields["input_file_id"]));
  const lines = readLines(file.bytes);
  const keys = new Set(lines?.map(({ custom_id: key }) => key));
  if (!lines || keys.size !== lines.length || lines.some(({ url, method }) => url !== endpoint || method !== "POST"))
    return badRequest(
      "invalid_value",
      "input_file_id",
      "Each line needs its own custom_id, method POST and the batch's url.",
    );
  const metadata = Object.fromEntries(
    Object.entries(fields["metadata"] ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const batch: SimulatedBatch = {
    id: `batch_${desk.nextId()}`,
    provider: "openai",
    model: String(recordOf(lines[0]?.body)["model"]),
    name: metadata["artdesk"] ?? "",
    inputFileId: file.id,
    endpoint,
    createdMs: desk.nowMs(),
    metadata,
    total: lines.length,
    pollsLeft: desk.batchRoom.polls,
    outputFileId: undefined,
    results: undefined,
    run: async () => {
      const results: BatchResult[] = [];
      for (const line of lines) {
        const requestId = `req_${desk.nextId()}`;
        const answer = await answerLine(endpoint.slice("/v1".length), line.body, requestId, batchDesk(desk));
        results.push(lineResult(line.custom_id, requestId, answer));
      }
      return results;
    },
  };
  desk.batchRoom.batches.set(batch.id, batch);
  return batch;
}

function readLines(bytes: Buffer): InputLine[] | undefined {
  try {
    const lines = bytes
      .toString("utf8")
      .split("\n")
      .filter((line) => line.trim() !== "");
    return lines.map((line) => JSON.parse(line) as InputLine);
  } catch {
    return undefined;
  }
}

function outputLine({ key, status, requestId, body }: BatchResult, batchId: string): string {
  const response = { status_code: status, request_id: requestId, body: JSON.parse(body) as unknown };
  return `${JSON.stringify({ id: `batch_req_${batchId.slice(-12)}_${key}`, custom_id: key, response, error: null })}\n`;
}

function describeFile({ id, name, purpose, bytes, createdMs }: StoredFile): unknown {
  const created_at = Math.floor(createdMs / 1000);
  return { id, object: "file", bytes: bytes.length, created_at, filename: name, purpose, status: "processed" };
}

function describeBatch(batch: SimulatedBatch): { readonly id: string } {
  const { results } = batch;
  const createdS = Math.floor(batch.createdMs / 1000);
  const failed = results?.filter(({ status }) => status >= 400).length ?? 0;
  const fields = {
    id: batch.id,
    object: "batch",
    endpoint: batch.endpoint,
    input_file_id: batch.inputFileId,
    completion_window: "24h",
    status: results ? "completed" : "in_progress",
    created_at: createdS,
    expires_at: createdS + DAY_S,
    request_counts: { total: batch.total, completed: (results?.length ?? 0) - failed, failed },
    metadata: batch.metadata,
    ...(batch.outputFileId === undefined ? {} : { output_file_id: batch.outputFileId, completed_at: createdS }),
  };
  return fields;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function notFound(what: string, id: string): OpenAiError {
  return {
    status: 404,
    message: `No such ${what} object: ${id}`,
    type: "invalid_request_error",
    param: "id",
    code: null,
  };
}
