import { ArtdeskError, isArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Http } from "../../basics/ports.ts";
import { multipartBody } from "../../wire/multipart-body.ts";
import { askBatchService, FILE_TIMEOUT_MS, recordsOf, sendToBatchService } from "./ask-batch-service.ts";
import type { BatchClient, BatchLine, BatchLineResult } from "./batch-service.ts";
import { readJsonLines } from "./read-json-lines.ts";

/** States in which a batch is over; a part of it may be done in any of them. */
const OVER: ReadonlySet<string> = new Set(["completed", "failed", "expired", "cancelled"]);
/** Pages of batches to look through for one of ours. */
const MAX_PAGES = 5;
const PAGE_BATCHES = 100;

/** OpenAI's Batch API (wire form of npm `openai` 7.57.0, 2026-11-13): a file of lines, then a batch of it. */
export function createOpenAiBatchClient(http: Http): BatchClient {
  const get = (path: string): Promise<Readonly<Record<string, unknown>>> =>
    askBatchService(http, { provider: "openai", method: "GET", path, headers: { accept: "application/json" } });
  return {
    async submit(name, lines) {
      const [first] = lines;
      if (!first) throw new RangeError("a batch without lines");
      const file = await uploadLines(http, name, lines);
      const body = JSON.stringify({
        input_file_id: file,
        endpoint: first.request.path === "/images/edits" ? "/v1/images/edits" : "/v1/images/generations",
        completion_window: "24h",
        metadata: { artdesk: name },
      });
      const headers = { "content-type": "application/json", accept: "application/json" };
      const batch = await askBatchService(http, {
        provider: "openai",
        method: "POST",
        path: "/batches",
        headers,
        body,
      });
      return String(batch["id"]);
    },
    async find(name) {
      let after = "";
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const answer = await get(`/batches?limit=${PAGE_BATCHES}${after === "" ? "" : `&after=${after}`}`);
        const batches = recordsOf(answer["data"]);
        const ours = batches.find((batch) => recordOf(batch?.["metadata"])?.["artdesk"] === name);
        if (ours) return String(ours["id"]);
        const last = batches.at(-1)?.["id"];
        if (answer["has_more"] !== true || typeof last !== "string") return undefined;
        after = last;
      }
      return undefined;
    },
    async look(id) {
      const batch = await get(`/batches/${id}`);
      const status = String(batch["status"]);
      if (!OVER.has(status)) return { kind: "running", detail: status };
      const files = ["output_file_id", "error_file_id"].flatMap((key) => {
        const file = batch[key];
        return typeof file === "string" ? [file] : [];
      });
      return { kind: "ended", results: readFiles(http, files) };
    },
  };
}

/** @returns the file's id. A file alone buys nothing, so that whatever fails here was surely not billed. */
async function uploadLines(http: Http, name: string, lines: readonly BatchLine[]): Promise<string> {
  const text = lines.map(({ id, request }) => {
    const body: unknown = JSON.parse(String(request.body));
    return `${JSON.stringify({ custom_id: id, method: "POST", url: `/v1${request.path}`, body })}\n`;
  });
  const { contentType, body } = multipartBody(
    [
      { name: "purpose", value: "batch" },
      { name: "file", value: text.join(""), fileName: `${name}.jsonl`, mediaType: "application/jsonl" },
    ],
    `batch-of-${name}`,
  );
  const headers = { "content-type": contentType, accept: "application/json" };
  try {
    const file = await askBatchService(http, { provider: "openai", method: "POST", path: "/files", headers, body });
    return String(file["id"]);
  } catch (error) {
    if (!isArtdeskError(error)) throw error;
    const { code, shortMessage, details, hint, provider, status, requestId, retryAfterMs } = error;
    const facts = { code, shortMessage, details, hint, provider, status, requestId, retryAfterMs };
    throw new ArtdeskError({ ...facts, billed: "no", cause: error });
  }
}

async function* readFiles(http: Http, files: readonly string[]): AsyncGenerator<BatchLineResult> {
  for (const file of files) {
    const path = `/files/${file}/content`;
    const response = await sendToBatchService(
      http,
      { provider: "openai", method: "GET", path, headers: { accept: "*/*" } },
      FILE_TIMEOUT_MS,
    );
    for await (const line of readJsonLines(response.body, "openai")) yield readLine(line);
  }
}

function readLine(line: Readonly<Record<string, unknown>>): BatchLineResult {
  const id = String(line["custom_id"]);
  const response = recordOf(line["response"]);
  // A line that was never run, for example because the batch expired: not billed.
  if (!response) return { id, status: 400, headers: {}, body: JSON.stringify({ error: line["error"] }) };
  const { status_code: status, request_id: requestId } = response;
  return {
    id,
    status: Number(status),
    headers: typeof requestId === "string" ? { "x-request-id": requestId } : {},
    body: JSON.stringify(response["body"]),
  };
}
