import OpenAI, { toFile } from "openai";
import { builtInCatalogue } from "../../catalogue/built-in-catalogue.ts";
import type { BatchClient, BatchClientOptions, BatchLineResult } from "./batch-client.ts";

/** States in which a batch is over; a part of it may be done in any of them. */
const OVER: ReadonlySet<string> = new Set(["completed", "failed", "expired", "cancelled"]);
/** Batches to look through for one of ours. */
const MAX_LISTED = 500;

/** OpenAI's Batch API by its own client, without retries of its own. */
export function createOpenAiBatchClient({ env, baseUrls }: BatchClientOptions): BatchClient {
  const provider = builtInCatalogue.providers.get("openai");
  if (provider?.kind !== "http") throw new TypeError("the catalogue has no OpenAI");
  const { keyVariable, baseUrlVariable, defaultBaseUrl } = provider.auth;
  const client = new OpenAI({
    apiKey: env[keyVariable] ?? "",
    baseURL: baseUrls["openai"] ?? env[baseUrlVariable] ?? defaultBaseUrl,
    maxRetries: 0,
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
    const response = await client.files.content(file);
    if (!response.body) continue;
    let rest = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.trim() !== "") yield readLine(line);
    }
    if (rest.trim() !== "") yield readLine(rest);
  }
}

interface OutputLine {
  custom_id: string;
  response: { status_code: number; request_id: string; body: unknown } | null;
  error: { code: string; message: string } | null;
}

function readLine(text: string): BatchLineResult {
  const line = JSON.parse(text) as OutputLine;
  const { response } = line;
  if (response)
    return {
      id: line.custom_id,
      status: response.status_code,
      headers: { "x-request-id": response.request_id },
      body: JSON.stringify(response.body),
    };
  // A line that was never run, for example because the batch expired: not billed.
  return { id: line.custom_id, status: 400, headers: {}, body: JSON.stringify({ error: line.error }) };
}
