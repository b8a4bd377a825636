import { ArtdeskError } from "../../basics/errors.ts";
import { recordOf } from "../../basics/json-record.ts";

/** Reads a file of JSON objects, one a line, while it arrives: no more than one line is ever held. */
export async function* readJsonLines(
  body: AsyncIterable<Uint8Array>,
  provider: string,
): AsyncGenerator<Readonly<Record<string, unknown>>> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of body) {
    const pieces = decoder.decode(chunk, { stream: true }).split("\n");
    const rest = pieces.pop() ?? "";
    for (const piece of pieces) {
      const line = parts.join("") + piece;
      parts = [];
      if (line.trim() !== "") yield parseLine(line, provider);
    }
    parts.push(rest);
  }
  const last = parts.join("") + decoder.decode();
  if (last.trim() !== "") yield parseLine(last, provider);
}

function parseLine(line: string, provider: string): Readonly<Record<string, unknown>> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch {
    parsed = undefined;
  }
  const record = recordOf(parsed);
  if (record !== undefined) return record;
  throw new ArtdeskError({
    code: "bad_response",
    shortMessage: "A line of the batch's results is no JSON object.",
    details: line.slice(0, 200),
    hint: "What came before it is kept. Run artdesk collect again.",
    provider,
    billed: "unknown",
  });
}
