import { ArtdeskError } from "../errors.ts";
import { recordOf } from "../http.ts";
import type { Http, HttpRequest } from "../ports.ts";
import { askBatchService, recordsOf } from "./ask-batch-service.ts";
import type { BatchClient, BatchLineResult, BatchState } from "./batch-client.ts";

const OVER: ReadonlySet<string> = new Set(["SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"]);
/** Inline requests of one batch (Gemini API documentation: 20 MB). Bytes. */
const MAX_BATCH_BYTES = 20_000_000;

/**
 * Gemini's batch mode with inline requests (wire form of npm `@google/genai` 3.1.0, 2026-11-10):
 * `models/MODEL:batchGenerateContent`, then `GET batches/ID`.
 */
export function createGeminiBatchClient(http: Http): BatchClient {
  const ask = (method: "GET" | "POST", path: string, body?: string): Promise<Readonly<Record<string, unknown>>> => {
    const headers = { "content-type": "application/json", accept: "application/json" };
    const request: HttpRequest = { provider: "gemini", method, path, headers, body };
    return askBatchService(http, request);
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
      const inlined = recordOf(recordOf(answer["response"])?.["inlinedResponses"])?.["inlinedResponses"];
      // Only a whole answer may end it: what has no line in it counts as not made, and free.
      if (state === "SUCCEEDED" && !Array.isArray(inlined))
        return { kind: "running", detail: "done, but its answer is in a file that Artdesk does not read" };
      return { kind: "ended", results: results(recordsOf(inlined)) };
    },
  };
}

async function* results(
  lines: readonly (Readonly<Record<string, unknown>> | undefined)[],
): AsyncGenerator<BatchLineResult> {
  for (const line of lines) {
    const id = String(recordOf(line?.["metadata"])?.["key"]);
    const error = recordOf(line?.["error"]);
    const code = typeof error?.["code"] === "number" && error["code"] >= 400 ? error["code"] : 400;
    yield error
      ? { id, status: code, headers: {}, body: JSON.stringify({ error }) }
      : { id, status: 200, headers: {}, body: JSON.stringify(line?.["response"]) };
  }
}
