import { ArtdeskError } from "../basics/errors.ts";
import type { Offer, ReceivedImage } from "../basics/types.ts";
import { enlargingRequest, factorTo } from "../decide/request/enlarging-request.ts";
import type { AttemptHost, AttemptResult, AttemptTask } from "./attempt-task.ts";
import { runAttempt } from "./attempt.ts";
import { releaseHeld } from "./ledger/release-held.ts";

/**
 * Makes one image in two steps: `tasks` are the call for the smaller image and the call that enlarges it, both with
 * their money. The smaller image is in the journal and settled before the second call leaves. Without it the second call
 * is not made and its money is given back; when the second call fails the smaller image stays in the journal, and the
 * error says so.
 */
export async function makeInTwoSteps(host: AttemptHost, tasks: readonly AttemptTask[]): Promise<AttemptResult[]> {
  const [first, second] = tasks;
  if (!first || !second) throw new RangeError("two steps are two calls");
  const enlarger = second.call.offer;
  const base = await runAttempt(host, {
    ...first,
    twoStep: { enlarge: { model: enlarger.model, size: enlarger.size } },
    // The second step needs one.
    keepPosts: Math.max(1, first.keepPosts),
  });
  const [image] = base.images;
  // The smaller image is not what was asked for: only the second step delivers.
  const made: AttemptResult = { ...base, images: [] };
  if (!image || base.booksError) {
    const booksError = await releaseHeld(host.ledger, [second.reservation]).then(() => undefined, notGivenBack);
    return [{ ...made, booksError: base.booksError ?? booksError }];
  }
  const enlarged = await runAttempt(host, {
    ...second,
    call: { ...second.call, ...callFor(second, image) },
    twoStep: { base: base.attempt.id },
  });
  return [made, { ...enlarged, error: enlarged.error && halfDone(enlarged.error, first.call.offer, image) }];
}

function callFor({ call }: AttemptTask, image: ReceivedImage): Pick<AttemptTask["call"], "request" | "offer"> {
  const { bytes, mediaType, widthPx, heightPx } = image;
  const input = { bytes, mediaType, name: `image of ${widthPx}x${heightPx}` };
  return {
    request: enlargingRequest(call.request, call.offer, input),
    // Of the image as it came: a model may have made another size than it was asked for.
    offer: { ...call.offer, factor: factorTo(call.offer, image) },
  };
}

function notGivenBack(cause: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: "The money for enlarging the image could not be given back.",
    details: cause instanceof Error ? cause.message : String(cause),
    hint: "It stays reserved until the next run or for half an hour.",
    cause,
  });
}

function halfDone(error: ArtdeskError, { model }: Offer, { widthPx, heightPx }: ReceivedImage): ArtdeskError {
  return new ArtdeskError({
    code: error.code,
    shortMessage: `The image of ${model} at ${widthPx}x${heightPx} is paid for and kept, but was not enlarged: ${error.shortMessage}`,
    details: error.details,
    hint: `${error.hint === undefined ? "" : `${error.hint} `}Run again: the image is not bought a second time, only enlarged.`,
    provider: error.provider,
    model: error.model,
    status: error.status,
    requestId: error.requestId,
    retryAfterMs: error.retryAfterMs,
    billed: error.billed,
    usage: error.usage,
    cause: error,
  });
}
