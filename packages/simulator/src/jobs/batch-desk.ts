import type { Booking } from "../bank/bank.ts";
import { RateLimiter } from "../bank/rate-limiter.ts";
import type { Answer } from "../desk/answer.ts";
import type { BatchResult } from "../desk/batch-room.ts";
import type { Desk } from "../desk/desk.ts";

/** Half price, rounded up: what batches cost here. */
const BATCH_PRICE_PERCENT = 50;

/** The desk as lines of a batch see it: half price, no waiting, no limit of images per minute. */
export function batchDesk(desk: Desk): Desk {
  return {
    ...desk,
    latencyMs: 0,
    rateLimiter: new RateLimiter(undefined),
    bank: {
      book: (entry): Booking =>
        desk.bank.book({ ...entry, microUsd: Math.ceil((entry.microUsd * BATCH_PRICE_PERCENT) / 100), batch: true }),
    },
  };
}

/** The answer to one line as text. A fault that would cut the connection is a server error here. */
export function lineResult(key: string, requestId: string, answer: Answer): BatchResult {
  const isWhole = answer.delivery.how !== "cut_before_headers" && answer.delivery.how !== "cut_in_body";
  const { status, chunks } = answer.reply;
  if (!isWhole || status === 0)
    return { key, requestId, status: 500, body: JSON.stringify({ error: { message: "The line failed." } }) };
  answer.booking?.setDelivered(answer.deliveredWhenSent ?? true);
  return { key, requestId, status, body: Buffer.concat(chunks).toString("utf8") };
}
