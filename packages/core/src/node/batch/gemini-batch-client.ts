import { builtInCatalogue } from "../../catalogue/built-in-catalogue.ts";
import { ArtdeskError } from "../../errors.ts";
import { recordOf } from "../../http.ts";
import { createUndiciHttp } from "../undici-http.ts";
import type { BatchClient, BatchClientOptions, BatchLineResult, BatchState } from "./batch-client.ts";

const TIMEOUT_MS = 300_000;
const OVER: ReadonlySet<string> = new Set(["SUCCEEDED", "FAILED", "CANCELLED", "EXPIRED"]);
/** Inline requests of one batch (Gemini API documentation: 20 MB). Bytes. */
const MAX_BATCH_BYTES = 20_000_000;

/**
 * Gemini's batch mode with inline requests (wire form of npm `@google/genai` 3.1.0, 2026-11-10):
 * `models/MODEL:batchGenerateContent`, then `GET batches/ID`.
 */
export function createGeminiBatchClient({ env, baseUrls }: BatchClientOptions): BatchClient {
  const ask = async (
    method: "GET" | "POST",
    path: string,
    body?: unknown,
  ): Promise<Readonly<Record<string, unknown>>> => {
    const http = createUndiciHttp({ providers: builtInCatalogue.providers.values(), env, baseUrls });
    try {
      const headers = { "content-type": "application/json", accept: "application/json" };
      const text = body === undefined ? undefined : JSON.stringify(body);
      const response = await http.send(
        { provider: "gemini", method, path, headers, body: text },
        { timeoutMs: TIMEOUT_MS },
      );
      const chunks: Uint8Array[] = [];
      for await (const chunk of response.body) chunks.push(chunk);
      const answer = Buffer.concat(chunks).toString("utf8");
      if (response.status >= 200 && response.status <= 299) return recordOf(JSON.parse(answer)) ?? {};
      throw new ArtdeskError({
        code: response.status === 429 ? "rate_limited" : response.status < 500 ? "invalid_request" : "unavailable",
        shortMessage: `Google Gemini answered ${response.status} to a batch request.`,
        details: answer.slice(0, 500),
        provider: "gemini",
        status: response.status,
        billed: response.status < 500 ? "no" : "unknown",
      });
    } finally {
      await http.close();
    }
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
      const inlined = recordOf(recordOf(answer["response"])?.["inlinedResponses"])?.["inlinedResponses"];
      // Only a whole answer may end it: what has no line in it counts as not made, and free.
      if (state === "SUCCEEDED" && !Array.isArray(inlined))
        return { kind: "running", detail: "done, but its answer is in a file that Artdesk does not read" };
      return { kind: "ended", results: results(listOf(inlined)) };
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

function listOf(value: unknown): readonly (Readonly<Record<string, unknown>> | undefined)[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}
