import { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";
import type { Http, HttpRequest, HttpResponse } from "../../basics/ports.ts";
import { parseErrorBody, readErrorBody, replyError } from "../../wire/reply-error.ts";
import { builtInCatalogue } from "../catalogue/built-in-catalogue.ts";

/** For one question; a whole answer with images in it has to come in this time. */
const TIMEOUT_MS = 300_000;

/** For a file of results, which may hold hundreds of images. */
export const FILE_TIMEOUT_MS = 3_600_000;

/** Sends one request about batches. @returns a 2xx reply. Throws what any other reply says. */
export async function sendToBatchService(
  http: Http,
  request: HttpRequest,
  timeoutMs: number = TIMEOUT_MS,
): Promise<HttpResponse> {
  const { provider } = request;
  const response = await http.send(request, { timeoutMs });
  if (response.status >= 200 && response.status <= 299) return response;
  const body = await readErrorBody(response.body);
  const error = recordOf(parseErrorBody(body)?.["error"]);
  const message = typeof error?.["message"] === "string" ? error["message"] : "";
  const requestId = response.headers["x-request-id"];
  throw replyError(
    response,
    body,
    { provider, providerName: nameOf(provider), model: "a batch", requestId },
    { message },
  );
}

/** Sends one request about batches and reads the JSON object that answers it. Throws `bad_response` for anything else. */
export async function askBatchService(http: Http, request: HttpRequest): Promise<Readonly<Record<string, unknown>>> {
  const response = await sendToBatchService(http, request);
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body) text += decoder.decode(chunk, { stream: true });
  const answer = parseErrorBody(text);
  if (answer) return answer;
  throw new ArtdeskError({
    code: "bad_response",
    shortMessage: `${nameOf(request.provider)}'s answer about a batch could not be read.`,
    provider: request.provider,
    billed: "unknown",
  });
}

/** The entries of a list in a reply; undefined for one that is no object. */
export function recordsOf(value: unknown): readonly (Readonly<Record<string, unknown>> | undefined)[] {
  return Array.isArray(value) ? value.map(recordOf) : [];
}

function nameOf(provider: string): string {
  return builtInCatalogue.providers.get(provider)?.name ?? provider;
}
