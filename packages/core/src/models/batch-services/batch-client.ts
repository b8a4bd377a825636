import { ArtdeskError } from "../../basics/errors.ts";
import type { Http } from "../../basics/ports.ts";
import type { BatchClient } from "./batch-service.ts";
import { createGeminiBatchClient } from "./gemini-batch-client.ts";
import { createOpenAiBatchClient } from "./openai-batch-client.ts";

/** The batch services that there are, by provider. */
const SERVICES: ReadonlyMap<string, (http: Http) => BatchClient> = new Map([
  ["openai", createOpenAiBatchClient],
  ["gemini", createGeminiBatchClient],
]);

/** Opens the batch service of a provider. Throws `no_candidate` for one without. */
export function openBatchClient(provider: string, http: Http): BatchClient {
  const open = SERVICES.get(provider);
  if (!open) throw new ArtdeskError({ code: "no_candidate", shortMessage: `${provider} has no batch service.` });
  return open(http);
}
