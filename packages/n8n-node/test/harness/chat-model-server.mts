import type { ServerResponse } from "node:http";
import { startLoopbackServer, type LoopbackServer } from "./loopback-server.mts";

interface ChatRequest {
  stream?: boolean;
  messages: { role: string; content: unknown }[];
  tools?: { function: { name: string; description: string; parameters: { properties: object } } }[];
}

/**
 * Speaks OpenAI's chat completions as a model that calls its first tool once, with these arguments, and then answers with
 * what the tool said.
 */
export function startChatModelServer(toolArguments: object): Promise<LoopbackServer> {
  return startLoopbackServer(({ url, body }, response) => {
    if (!url.endsWith("/chat/completions")) {
      response.writeHead(200, { "content-type": "application/json" }).end('{"object":"list","data":[]}');
      return;
    }
    const request = JSON.parse(body) as ChatRequest;
    const answer = request.messages.findLast(({ role }) => role === "tool");
    const name = request.tools?.[0]?.function.name ?? "";
    const call = { id: "call_1", type: "function", function: { name, arguments: JSON.stringify(toolArguments) } };
    const message =
      answer === undefined
        ? { role: "assistant", content: null, tool_calls: [call] }
        : { role: "assistant", content: `The tool said: ${JSON.stringify(answer.content)}` };
    reply(response, request.stream === true, message, answer === undefined ? "tool_calls" : "stop");
  });
}

function reply(response: ServerResponse, stream: boolean, message: object, finishReason: string): void {
  const common = { id: "chatcmpl-1", created: 1_764_000_000, model: "gpt-4.1-mini" };
  if (!stream) {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
    const choices = [{ index: 0, message, finish_reason: finishReason }];
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ ...common, object: "chat.completion", choices, usage }));
    return;
  }
  const calls = "tool_calls" in message ? (message.tool_calls as object[]) : [];
  const delta = {
    ...message,
    ...(calls.length > 0 ? { tool_calls: calls.map((call) => ({ index: 0, ...call })) } : {}),
  };
  const chunk = { ...common, object: "chat.completion.chunk" };
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(`data: ${JSON.stringify({ ...chunk, choices: [{ index: 0, delta, finish_reason: null }] })}\n\n`);
  const last = [{ index: 0, delta: {}, finish_reason: finishReason }];
  response.end(`data: ${JSON.stringify({ ...chunk, choices: last })}\n\ndata: [DONE]\n\n`);
}
