import { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Http, HttpRequest } from "../../basics/ports.ts";
import { askBatchService, FILE_TIMEOUT_MS, recordsOf, sendToBatchService } from "./ask-batch-service.ts";
import type { BatchClient, BatchLineResult, BatchState } from "./batch-service.ts";
import { readJsonLines } from "./read-json-lines.ts";

const OVER: ReadonlySet<string> = new Set(["SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"]);
/** Inline requests of one batch (Gemini API documentation: 20 MB). Bytes. */
const MAX_BATCH_BYTES = 20_000_000;

type Json = Readonly<Record<string, unknown>>;

/**
 * Gemini's batch mode with inline requests (wire form of npm `@google/genai` 3.1.0, 2026-11-10):
 * `models/MODEL:batchGenerateContent`, then `GET batches/ID`. Few answers come with the batch, many in a file of lines.
 */
export function createGeminiBatchClient(http: Http): BatchClient {
  const ask = (method: "GET" | "POST", path: string, body?: string): Promise<Json> => {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const request: HttpRequest = { provider: "gemini", method, path, headers, body };
    return askBatchService(http, request);
  };
  const linesOf = async function* (file: string): AsyncGenerator<Json> {
    const path = `/v1beta/${file}:download?alt=media`;
    const request: HttpRequest = { provider: "gemini", method: "GET", path, headers: { accept: "*/*" } };
    const { body } = await sendToBatchService(http, request, FILE_TIMEOUT_MS);
    yield* readJsonLines(body, "gemini");
  };
  return {
    async submit(name, lines) {
      const [first] = lines;
      if (!first) throw new RangeError("a batch without lines");
      const requests = lines.map(({ id, request }) => {
        const content: unknown = JSON.parse(String(request.body));
        return { request: content, metadata: { key: id } };
      });
      const body = JSON.stringify({ batch: { displayName: name, inputConfig: { requests: { requests } } } });
      if (new TextEncoder().encode(body).length > MAX_BATCH_BYTES)
        throw new ArtdeskError({
          code: "invalid_request",
          shortMessage: "The references of this batch are larger than 20 MB together.",
          hint: "Make fewer assets with references in one run, or use `urgency: normal` for them.",
        });
      const path = first.request.path.replace(/:generateContent$/, ":batchGenerateContent");
      const answer = await ask("POST", path, body);
      return String(answer["name"]);
    },
    async find(name) {
      let token = "";
      for (let page = 0; page < 10; page += 1) {
        const answer = await ask("GET", `/v1beta/batches?pageSize=50${token === "" ? "" : `&pageToken=${token}`}`);
        for (const entry of recordsOf(answer["operations"])) {
          if (recordOf(entry?.["metadata"])?.["displayName"] === name) return String(entry?.["name"]);
        }
        token = typeof answer["nextPageToken"] === "string" ? answer["nextPageToken"] : "";
        if (token === "") return undefined;
      }
      return undefined;
    },
    async look(id): Promise<BatchState> {
      const answer = await ask("GET", `/v1beta/${id}`);
      const state = String(recordOf(answer["metadata"])?.["state"]).replace(/^(BATCH|JOB)_STATE_/, "");
      if (!OVER.has(state)) return { kind: "running", detail: state.toLowerCase() };
      const outputs = [recordOf(answer["response"]), recordOf(recordOf(answer["metadata"])?.["output"])];
      const file = outputs.map((output) => output?.["responsesFile"]).find((name) => typeof name === "string");
      if (file !== undefined) return { kind: "ended", results: results(linesOf(requireFileName(file))) };
      const inlined = outputs
        .map((output) => recordOf(output?.["inlinedResponses"])?.["inlinedResponses"])
        .find((lines) => Array.isArray(lines));
      // Only a whole answer may end it: what has no line in it counts as not made, and free.
      if (state === "SUCCEEDED" && inlined === undefined)
        return { kind: "running", detail: "done, but without its answers" };
      return { kind: "ended", results: results(recordsOf(inlined)) };
    },
  };
}

/** The name goes into a path of ours: nothing else may be fetched by it. */
function requireFileName(name: string): string {
  if (/^files\/[\w-]+$/.test(name)) return name;
  throw new ArtdeskError({
    code: "bad_response",
    shortMessage: "The batch names a file of results that cannot be one.",
    details: name.slice(0, 200),
    provider: "gemini",
    billed: "unknown",
  });
}

async function* results(lines: Iterable<Json | undefined> | AsyncIterable<Json>): AsyncGenerator<BatchLineResult> {
  for await (const line of lines) {
    const id = String(line?.["key"] ?? recordOf(line?.["metadata"])?.["key"]);
    const error = recordOf(line?.["error"]);
    const code = typeof error?.["code"] === "number" && error["code"] >= 400 ? error["code"] : 400;
    yield error
      ? { id, status: code, headers: {}, body: JSON.stringify({ error }) }
      : { id, status: 200, headers: {}, body: JSON.stringify(line?.["response"]) };
  }
}
