import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { readRecordings, type RecordedReply, type Recording } from "./recording.ts";

/** A server that answers as recorded. */
export interface Replay {
  readonly url: string;
  readonly port: number;
  /** Variables that lead the product here. */
  readonly env: Readonly<Record<string, string>>;
  readonly recordings: readonly Recording[];
  /** Plays this recording from its beginning. Throws for one that is not there. */
  play(id: string): Recording;
  /** `METHOD PATH` of every call since the recording began. */
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/** Status of a call that no reply of the recording fits: whoever gets it has asked for something else than was recorded. */
const UNMATCHED = 599;

/**
 * Starts a server on loopback that plays recordings back, one at a time. `POST /_sim/replay {"id"}` chooses one,
 * `GET /_sim/replay` lists them.
 */
export async function startReplay(folder: string, port = 0): Promise<Replay> {
  const { recordings, image } = readRecordings(folder);
  let current = recordings[0];
  let used = new Map<string, number>();
  let calls: string[] = [];
  /** Names that the product gave its batch and the lines in it. */
  let names = { line: "", batch: "" };

  const play = (id: string): Recording => {
    const found = recordings.find((recording) => recording.id === id);
    if (found === undefined) throw new Error(`there is no recording ${id}`);
    current = found;
    used = new Map();
    calls = [];
    names = { line: "", batch: "" };
    return found;
  };

  const nextReply = (line: string): RecordedReply | undefined => {
    const fitting = (current?.responses ?? []).filter(({ match }) => new RegExp(match).test(line));
    const match = fitting[0]?.match;
    if (match === undefined) return undefined;
    const own = fitting.filter((reply) => reply.match === match);
    const count = used.get(match) ?? 0;
    used.set(match, count + 1);
    return own[Math.min(count, own.length - 1)];
  };

  const fill = (value: unknown): unknown => {
    if (typeof value === "string")
      return value.replaceAll("$HOST", url()).replaceAll("$ID0", names.line).replaceAll("$BATCHNAME", names.batch);
    if (Array.isArray(value)) return value.map(fill);
    if (typeof value !== "object" || value === null) return value;
    if ("$image" in value) return image(String(value.$image)).toString("base64");
    if ("$pad" in value) return "A".repeat(Number(value.$pad));
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, fill(each)]));
  };

  const bodyOf = ({ body, bodyJsonLines, bodyFile }: RecordedReply): Buffer => {
    if (bodyFile !== undefined) return image(bodyFile);
    if (bodyJsonLines !== undefined)
      return Buffer.from(bodyJsonLines.map((line) => `${JSON.stringify(fill(line))}\n`).join(""));
    if (typeof body === "string") return Buffer.from(String(fill(body)));
    return Buffer.from(body === undefined ? "" : JSON.stringify(fill(body)));
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const sent = await textOf(request);
    const path = request.url ?? "/";
    if (path === "/_sim/replay") return answerControl(request.method, sent, response);
    const line = `${request.method} ${path}`;
    calls.push(line);
    names = namesIn(sent, names);
    const reply = nextReply(line);
    if (reply === undefined) {
      response.writeHead(UNMATCHED, { "content-type": "text/plain" }).end(`Nothing recorded fits: ${line}\n`);
      return;
    }
    const isJson = reply.bodyFile === undefined && typeof reply.body !== "string";
    const headers = { ...(isJson && { "content-type": "application/json" }), ...(fill(reply.headers ?? {}) as object) };
    response.writeHead(reply.status, headers).end(bodyOf(reply));
  };

  const answerControl = (method: string | undefined, sent: string, response: ServerResponse): void => {
    if (method === "GET") {
      const list = recordings.map(({ id }) => id);
      response
        .writeHead(200, { "content-type": "application/json" })
        .end(JSON.stringify({ recordings: list, playing: current?.id }));
      return;
    }
    try {
      const { id } = JSON.parse(sent) as { id: string };
      play(id);
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ playing: id }));
    } catch (error) {
      response
        .writeHead(400, { "content-type": "text/plain" })
        .end(`${error instanceof Error ? error.message : String(error)}\n`);
    }
  };

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => void server.listen(port, "127.0.0.1", resolve));
  const address = server.address() as AddressInfo;
  const url = (): string => `http://127.0.0.1:${address.port}`;
  return {
    url: url(),
    port: address.port,
    env: {
      OPENAI_BASE_URL: `${url()}/v1`,
      OPENAI_API_KEY: "sim-openai",
      GOOGLE_GEMINI_BASE_URL: url(),
      GEMINI_API_KEY: "sim-gemini",
      FAL_BASE_URL: url(),
      FAL_KEY: "sim-fal",
      REPLICATE_BASE_URL: `${url()}/v1`,
      REPLICATE_API_TOKEN: "sim-replicate",
      OPENROUTER_BASE_URL: `${url()}/api/v1`,
      OPENROUTER_API_KEY: "sim-openrouter",
    },
    recordings,
    play,
    get calls() {
      return calls;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}

/** The first line's key, and the batch's name, as the product writes them. */
function namesIn(sent: string, before: { line: string; batch: string }): { line: string; batch: string } {
  const line = /"custom_id":\s*"([^"]+)"/.exec(sent)?.[1] ?? /"metadata":\s*\{\s*"key":\s*"([^"]+)"/.exec(sent)?.[1];
  const batch = /"display_?[nN]ame":\s*"([^"]+)"/.exec(sent)?.[1];
  return { line: line ?? before.line, batch: batch ?? before.batch };
}
