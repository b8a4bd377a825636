import type { Model } from "openai/resources/models";
import type { Http } from "../../basics/ports.ts";
import { findModel } from "../../models/rows/find-model.ts";
import type { ListCheck, ModelFinding } from "./list-check.ts";

const TIMEOUT_MS = 20_000;

/** Compares with `GET /v1/models` through the official client, which loads only here: ids and `shutdown_date`. */
export const checkOpenAi: ListCheck = async ({ http, rows, catalogue }) => {
  const listed = new Map((await listModels(http)).map((model) => [model.id, model]));
  const findings: ModelFinding[] = [];
  for (const row of rows) {
    const model = listed.get(row.id);
    if (model === undefined) {
      findings.push({ state: "drift", model: row.id, message: "is not served to this key any more." });
      continue;
    }
    const said = model.shutdown_date ?? undefined;
    const { shutdownOn } = row.lifecycle;
    if (said === shutdownOn) continue;
    const known = shutdownOn === undefined ? "no date is known here" : `the date known here is ${shutdownOn}`;
    const message = said === undefined ? `is not announced to end; ${known}.` : `ends on ${said}; ${known}.`;
    findings.push({ state: "drift", model: row.id, message });
  }
  for (const id of listed.keys()) {
    if (/image/.test(id) && findModel(catalogue.rows, id) === undefined)
      findings.push({ state: "note", model: id, message: "is an image model that the catalogue does not have." });
  }
  return findings;
};

async function listModels(http: Http): Promise<Model[]> {
  const { default: OpenAI } = await import("openai");
  const client = new OpenAI({
    // The host signs the request, so that the key stays in one place and proxies are honoured.
    apiKey: "signed-by-the-host",
    baseURL: "https://host.invalid",
    maxRetries: 0,
    timeout: TIMEOUT_MS,
    fetch: async (input) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input);
      const request = { provider: "openai", method: "GET", path: pathname + search, headers: {} } as const;
      const { status, headers, body } = await http.send(request, { timeoutMs: TIMEOUT_MS });
      return new Response(ReadableStream.from(body), { status, headers });
    },
  });
  return (await client.models.list()).data;
}
