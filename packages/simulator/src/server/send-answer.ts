import type { ServerResponse } from "node:http";
import type { Timers } from "../basics/timers.ts";
import type { Reply } from "../basics/wire.ts";
import type { Answer } from "../desk/answer.ts";

const SLOW_BODY_PIECES = 8;

/** Puts an answer onto the wire the way it asks for, and tells its booking how that went. */
export async function sendAnswer(response: ServerResponse, answer: Answer, timers: Timers): Promise<void> {
  const { reply, delivery, booking } = answer;
  if (isGone(response)) return;
  switch (delivery.how) {
    case "cut_before_headers":
      response.req.socket.destroy();
      return;
    case "cut_in_body":
      sendHalf(response, reply);
      return;
    case "slow_body":
      await sendInPieces(response, reply, delivery.durationMs, timers);
      break;
    case "whole":
      writeHead(response, reply);
      for (const chunk of reply.chunks) response.write(chunk);
      response.end();
  }
  if (!booking || isGone(response)) return;
  // Said now, so that a client that has just read the reply also finds it on the statement; taken back on a broken connection.
  booking.setDelivered(answer.deliveredWhenSent ?? true);
  response.once("close", () => {
    if (!response.writableFinished) booking.setDelivered(false);
  });
}

function isGone(response: ServerResponse): boolean {
  return response.destroyed || response.req.socket.destroyed;
}

function writeHead(response: ServerResponse, reply: Reply): void {
  const contentLength = reply.chunks.reduce((total, chunk) => total + chunk.length, 0);
  response.writeHead(reply.status, { ...reply.headers, "content-length": contentLength });
}

function sendHalf(response: ServerResponse, reply: Reply): void {
  const body = Buffer.concat(reply.chunks);
  writeHead(response, reply);
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => response.req.socket.destroy());
}

async function sendInPieces(response: ServerResponse, reply: Reply, durationMs: number, timers: Timers): Promise<void> {
  const body = Buffer.concat(reply.chunks);
  const pieceLength = Math.max(1, Math.ceil(body.length / SLOW_BODY_PIECES));
  writeHead(response, reply);
  for (let start = 0; start < body.length; start += pieceLength) {
    if (start > 0) await timers.wait(durationMs / (SLOW_BODY_PIECES - 1));
    if (isGone(response)) return;
    response.write(body.subarray(start, start + pieceLength));
  }
  response.end();
}
