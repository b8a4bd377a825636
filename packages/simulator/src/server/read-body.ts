import type { IncomingMessage } from "node:http";
import type { FormPart, ParsedBody } from "../basics/wire.ts";

/** Largest request body the simulator takes: 60 MB. */
export const MAX_BODY_BYTES = 60_000_000;

/**
 * The whole body, or `undefined` when it is larger than `MAX_BODY_BYTES`. Rejects when the client goes away.
 * A body over the limit is read to its end and dropped: a client that is still sending would never see the reply.
 */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= MAX_BODY_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= MAX_BODY_BYTES ? Buffer.concat(chunks, length) : undefined;
}

/** Reads a body as JSON or as a multipart form, by its content type. */
export async function parseBody(bytes: Buffer, contentType: string): Promise<ParsedBody> {
  if (bytes.length === 0) return { kind: "empty" };
  const mediaType = contentType.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  if (mediaType === "multipart/form-data") return parseForm(bytes, contentType);
  if (mediaType !== "application/json")
    return { kind: "unreadable", reason: `Unsupported content type: '${mediaType}'.` };
  try {
    return { kind: "json", value: JSON.parse(bytes.toString("utf8")) as unknown };
  } catch {
    return { kind: "unreadable", reason: "We could not parse the JSON body of your request." };
  }
}

async function parseForm(bytes: Buffer, contentType: string): Promise<ParsedBody> {
  try {
    const form = await new Response(new Uint8Array(bytes), { headers: { "content-type": contentType } }).formData();
    const parts: FormPart[] = [];
    for (const [name, value] of form) {
      if (typeof value === "string") parts.push({ name, value });
      else
        parts.push({
          name,
          fileName: value.name,
          mediaType: value.type,
          bytes: Buffer.from(await value.arrayBuffer()),
        });
    }
    return { kind: "form", parts };
  } catch {
    return { kind: "unreadable", reason: "We could not parse your multipart form." };
  }
}
