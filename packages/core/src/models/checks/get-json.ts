import { ArtdeskError } from "../../basics/errors.ts";
import type { Http } from "../../basics/ports.ts";
import { oneLine, readErrorBody } from "../../wire/reply-error.ts";

const TIMEOUT_MS = 20_000;
const LARGEST_LIST_BYTES = 20_000_000;

/** GETs a list of a provider. Rejects with `unavailable` for any reply but a 200 with JSON. */
export async function getJson(http: Http, provider: string, path: string): Promise<unknown> {
  const headers = { accept: "application/json" };
  const response = await http.send({ provider, method: "GET", path, headers }, { timeoutMs: TIMEOUT_MS });
  const text = await readErrorBody(response.body, LARGEST_LIST_BYTES);
  const refuse = (why: string): ArtdeskError =>
    new ArtdeskError({ code: "unavailable", shortMessage: `${path} ${why}.`, provider, status: response.status });
  if (response.status !== 200) throw refuse(`answered ${response.status}: ${oneLine(text)}`);
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw refuse("is no JSON");
  }
}
