import type { IncomingMessage, ServerResponse } from "node:http";
import { jsonReply } from "../basics/wire.ts";
import { freeAnswer } from "../desk/answer.ts";
import type { Answer } from "../desk/answer.ts";
import type { Desk } from "../desk/desk.ts";
import type { SimulatedProvider } from "../desk/provider.ts";
import { SIMULATED_PROVIDERS } from "../providers/simulated-providers.ts";
import { summariseBody } from "./call-log.ts";
import { answerControl, CONTROL_PATH } from "./control-desk.ts";
import type { ControlDesk } from "./control-desk.ts";
import { MAX_BODY_BYTES, parseBody, readBody } from "./read-body.ts";
import { sendAnswer } from "./send-answer.ts";

// A client may send one provider's key to another by mistake, so that every known name is kept out of every log.
const SECRET_HEADERS: ReadonlySet<string> = new Set([
  "proxy-authorization",
  "cookie",
  ...SIMULATED_PROVIDERS.flatMap(({ keyHeaders }) => keyHeaders),
]);

/** Takes one HTTP request from its first byte to its answer. Rejects only on an address that is no URL. */
export async function handleRequest(
  request: IncomingMessage,
  response: ServerResponse,
  desk: Desk & ControlDesk,
): Promise<void> {
  // A client that goes away is an everyday event here, not an error of the server.
  response.on("error", () => undefined);
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  const provider = SIMULATED_PROVIDERS.find(({ basePath }) => isBelow(url.pathname, basePath));
  const body = await readBody(request).catch(() => null);
  if (body === null) return;
  if (body === undefined) {
    const message = `Request too large: the limit is ${MAX_BODY_BYTES} bytes.`;
    await sendAnswer(
      response,
      freeAnswer(provider?.failure(413, message) ?? jsonReply(413, { error: message })),
      desk.timers,
    );
    return;
  }
  const answer = provider
    ? await askProvider(provider, request, url, body, desk)
    : freeAnswer(await askControl(request, url, body, desk));
  await sendAnswer(response, answer, desk.timers);
}

function isBelow(path: string, basePath: string): boolean {
  return path === basePath || path.startsWith(`${basePath}/`);
}

async function askControl(
  request: IncomingMessage,
  url: URL,
  body: Buffer,
  desk: ControlDesk,
): Promise<Answer["reply"]> {
  if (!isBelow(url.pathname, CONTROL_PATH))
    return jsonReply(404, { error: `Nothing is simulated at ${url.pathname}.` });
  const parsed = await parseBody(body, request.headers["content-type"] ?? "");
  return answerControl(request.method ?? "GET", url.pathname.slice(CONTROL_PATH.length), parsed, desk);
}

async function askProvider(
  provider: SimulatedProvider,
  request: IncomingMessage,
  url: URL,
  bytes: Buffer,
  desk: Desk & ControlDesk,
): Promise<Answer> {
  const headers = flatHeaders(request);
  const body = await parseBody(bytes, headers["content-type"] ?? "");
  const finish = desk.calls.add({
    provider: provider.name,
    method: request.method ?? "GET",
    path: withoutKey(url),
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !SECRET_HEADERS.has(name))),
    hasKey: provider.keyHeaders.some((name) => Boolean(headers[name])) || url.searchParams.has("key"),
    body: summariseBody(body),
    timeMs: desk.nowMs(),
  });
  const path = url.pathname.slice(provider.basePath.length);
  const answer = await provider
    .answer({ method: request.method ?? "GET", path, query: url.searchParams, headers, body }, desk)
    .catch((error: unknown) => freeAnswer(provider.failure(500, `The simulator itself failed: ${String(error)}`)));
  const wasCut = answer.delivery.how === "cut_before_headers";
  finish({ status: wasCut ? null : answer.reply.status, faultKind: answer.faultKind });
  return answer;
}

function flatHeaders(request: IncomingMessage): Record<string, string> {
  const entries = Object.entries(request.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(", ") : (value ?? ""),
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}

function withoutKey(url: URL): string {
  const query = new URLSearchParams(url.searchParams);
  if (query.has("key")) query.set("key", "(hidden)");
  const text = query.toString();
  return text ? `${url.pathname}?${text}` : url.pathname;
}
