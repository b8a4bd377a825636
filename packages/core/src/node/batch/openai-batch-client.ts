import OpenAI, { toFile } from "openai";
import { recordOf } from "../../http.ts";
import type { BatchClient, BatchClientOptions, BatchLineResult } from "./batch-client.ts";
import { HOST_BASE_URL, hostFetch } from "./host-fetch.ts";
import { readJsonLines } from "./read-json-lines.ts";

/** States in which a batch is over; a part of it may be done in any of them. */
const OVER: ReadonlySet<string> = new Set(["completed", "failed", "expired", "cancelled"]);
/** Batches to look through for one of ours. */
const MAX_LISTED = 500;

const TIMEOUT_MS = 600_000;

/** OpenAI's Batch API by its own client, without retries of its own, over the host's connections. */
export function createOpenAiBatchClient({ http }: BatchClientOptions): BatchClient {
  const client = new OpenAI({
    apiKey: "signed by the host",
    baseURL: HOST_BASE_URL,
    timeout: TIMEOUT_MS,
    maxRetries: 0,
    fetch: hostFetch(http, "openai", TIMEOUT_MS),
  });
  return {
    async submit(name, lines) {
      const [first] = lines;
      if (!first) throw new RangeError("a batch without lines");
      const text = lines.map(({ id, request }) => {
        const body: unknown = JSON.parse(String(request.body));
        return `${JSON.stringify({ custom_id: id, method: "POST", url: `/v1${request.path}`, body })}\n`;
      });
      const file = await client.files.create({
        file: await toFile(Buffer.from(text.join("")), `${name}.jsonl`, { type: "application/jsonl" }),
        purpose: "batch",
      });
      const batch = await client.batches.create({
        input_file_id: file.id,
        endpoint: first.request.path === "/images/edits" ? "/v1/images/edits" : "/v1/images/generations",
        completion_window: "24h",
        metadata: { artdesk: name },
      });
      return batch.id;
    },
    async find(name) {
      let listed = 0;
      for await (const batch of client.batches.list({ limit: 100 })) {
        if (batch.metadata?.["artdesk"] === name) return batch.id;
        if ((listed += 1) >= MAX_LISTED) return undefined;
      }
      return undefined;
    },
    async look(id) {
      const batch = await client.batches.retrieve(id);
      if (!OVER.has(batch.status)) return { kind: "running", detail: batch.status };
      const files = [batch.output_file_id, batch.error_file_id].flatMap((file) => file ?? []);
      return { kind: "ended", results: readFiles(client, files) };
    },
  };
}

async function* readFiles(client: OpenAI, files: readonly string[]): AsyncGenerator<BatchLineResult> {
  for (const file of files) {
    const { body } = await client.files.content(file);
    if (body) for await (const line of readJsonLines(body, "openai")) yield readLine(line);
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
