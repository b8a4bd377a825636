import { ArtdeskError } from "../../errors.ts";
import { readErrorBody, recordOf } from "../../http.ts";
import type { HttpResponse } from "../../ports.ts";
import type { BatchClient, BatchClientOptions, BatchLineResult, BatchState } from "./batch-client.ts";
import { readJsonLines } from "./read-json-lines.ts";

const TIMEOUT_MS = 300_000;
/** A file of results holds up to 500 images. */
const FILE_TIMEOUT_MS = 3_600_000;
const OVER: ReadonlySet<string> = new Set(["SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"]);
/** Inline requests of one batch (Gemini API documentation: 20 MB). Bytes. */
const MAX_BATCH_BYTES = 20_000_000;

type Json = Readonly<Record<string, unknown>>;

/**
 * Gemini's batch mode with inline requests (wire form of npm `@google/genai` 3.1.0, 2026-11-10):
 * `models/MODEL:batchGenerateContent`, then `GET batches/ID`. Few answers come with the batch, many in a file of lines.
 */
export function createGeminiBatchClient({ http }: BatchClientOptions): BatchClient {
  const send = async (
    method: "GET" | "POST",
    path: string,
    timeoutMs: number,
    body?: unknown,
  ): Promise<HttpResponse> => {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const text = body === undefined ? undefined : JSON.stringify(body);
    const response = await http.send({ provider: "gemini", method, path, headers, body: text }, { timeoutMs });
    if (response.status >= 200 && response.status <= 299) return response;
    throw new ArtdeskError({
      code: response.status === 429 ? "rate_limited" : response.status < 500 ? "invalid_request" : "unavailable",
      shortMessage: `Google Gemini answered ${response.status} to a batch request.`,
      details: (await readErrorBody(response.body)).slice(0, 500),
      provider: "gemini",
      status: response.status,
      billed: response.status < 500 ? "no" : "unknown",
    });
  };
  const ask = async (method: "GET" | "POST", path: string, body?: unknown): Promise<Json> => {
    const response = await send(method, path, TIMEOUT_MS, body);
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    return recordOf(JSON.parse(Buffer.concat(chunks).toString("utf8"))) ?? {};
  };
  const linesOf = async function* (file: string): AsyncGenerator<Json> {
    const response = await send("GET", `/v1beta/${file}:download?alt=media`, FILE_TIMEOUT_MS);
    yield* readJsonLines(response.body, "gemini");
  };
  return {
    async submit(name, lines) {
      const [first] = lines;
      if (!first) throw new RangeError("a batch without lines");
      const requests = lines.map(({ id, request }) => {
        const content: unknown = JSON.parse(String(request.body));
        return { request: content, metadata: { key: id } };
      });
      const body = { batch: { displayName: name, inputConfig: { requests: { requests } } } };
      if (Buffer.byteLength(JSON.stringify(body)) > MAX_BATCH_BYTES)
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
        for (const entry of listOf(answer["operations"])) {
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
      return { kind: "ended", results: results(listOf(inlined)) };
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

function listOf(value: unknown): readonly (Json | undefined)[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}
