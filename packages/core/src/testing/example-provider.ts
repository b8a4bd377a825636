import { failureOfStatus, replyError } from "../wire/reply-error.ts";
import { ArtdeskError, type ArtdeskErrorOptions } from "../basics/errors.ts";
import type { Codec, HttpResponse } from "../basics/ports.ts";
import {
  defineProvider,
  type HttpProvider,
  type ProviderCall,
  type ProviderReply,
} from "../models/adapter/provider.ts";
import type { PixelSize, ReceivedImage, Usage } from "../basics/types.ts";
import type { FakeReply } from "./fake-http.ts";

/** What {@link exampleProvider} reads out of a 2xx reply. */
export interface ExampleReply {
  /** How many images came. */
  images: number;
  /** How many came besides. @default 0 */
  extras?: number;
  /** What the images measure. @default 1024x1024 */
  pixels?: PixelSize;
  /** The cost that the provider states. Micro-USD. */
  costMicroUsd?: number;
  /** What went wrong beside the images; without images it is thrown. */
  problem?: ArtdeskErrorOptions;
}

/** A reply of {@link exampleProvider}, for the script of a fake HTTP. */
export function exampleReply(reply: ExampleReply): FakeReply {
  return { body: reply };
}

/** A provider with a wire format of its own, so that a test says in one line what came back. */
export function exampleProvider(id = "example"): HttpProvider {
  return defineProvider({
    kind: "http",
    id,
    name: "Example",
    auth: {
      header: "authorization",
      prefix: "Bearer ",
      keyVariable: "EXAMPLE_API_KEY",
      baseUrlVariable: "EXAMPLE_BASE_URL",
      defaultBaseUrl: "https://example.invalid",
    },
    build: ({ offer, count }) => ({
      provider: id,
      method: "POST",
      path: "/images",
      headers: {},
      body: JSON.stringify({ model: offer.model, count, factor: offer.factor }),
    }),
    read: readReply,
    readError: async (response, call) =>
      replyError(
        response,
        "",
        { provider: id, providerName: "Example", model: call.offer.model, requestId: undefined },
        failureOfStatus(response.status, response.headers, ""),
      ),
  });
}

async function readReply(response: HttpResponse, _call: ProviderCall, codec: Codec): Promise<ProviderReply> {
  let text = "";
  for await (const chunk of response.body) text += new TextDecoder().decode(chunk);
  // The script of the test wrote it.
  const { images, extras = 0, pixels = USUAL, costMicroUsd, problem } = JSON.parse(text) as ExampleReply;
  const usage = costMicroUsd === undefined ? undefined : usageOf(costMicroUsd);
  if (images + extras === 0 && problem) throw new ArtdeskError({ ...problem, usage });
  return {
    images: Array.from({ length: images }, (_, index) => exampleImage(index, pixels, codec)),
    ...(extras > 0 && {
      extras: Array.from({ length: extras }, (_, index) => exampleImage(images + index, pixels, codec)),
    }),
    usage,
    requestId: "req-example",
    problem: problem && new ArtdeskError(problem),
  };
}

function usageOf(costMicroUsd: number): Usage {
  return {
    inputTextTokens: 1,
    cachedInputTextTokens: 0,
    inputImageTokens: 0,
    cachedInputImageTokens: 0,
    outputImageTokens: 1,
    outputTextTokens: 0,
    costMicroUsd,
  };
}

const USUAL: PixelSize = { widthPx: 1024, heightPx: 1024 };

function exampleImage(index: number, pixels: PixelSize, codec: Codec): ReceivedImage {
  const bytes = new Uint8Array([index]);
  return { bytes, mediaType: "image/png", ...pixels, sha256: codec.sha256Hex(bytes) };
}
