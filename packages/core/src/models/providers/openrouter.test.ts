import { expect, test } from "vitest";
import { noiseImage } from "../../../test/noise-image.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import { exampleRow } from "../../testing/example-call.ts";
import { fakeResponse } from "../../testing/fake-http.ts";
import { providerContract } from "../../testing/provider-contract.ts";
import { costFromUsage } from "../rows/cost.ts";
import { openrouterFixture } from "./__fixtures__/openrouter.ts";
import { openrouter } from "./openrouter.ts";

const image = await noiseImage({ widthPx: 48, heightPx: 32 });
providerContract(openrouter, openrouterFixture, { test, codec: nodeCodec, image });

async function costOf(usage: object): Promise<number | undefined> {
  const body = { created: 1, data: [{ b64_json: nodeCodec.encodeBase64(image) }], usage };
  const reply = await openrouter.read(fakeResponse({ body }), openrouterFixture.call, nodeCodec);
  return reply.usage && costFromUsage(exampleRow(), reply.usage);
}

const tokens = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };

test.each([
  ["an exact price", { cost: 0.04 }, 40_000],
  ["a price that binary numbers cannot hold", { cost: 0.0336 }, 33_600],
  ["less than a micro-USD more", { cost: 0.0400001 }, 40_001],
  ["nothing", { cost: 0 }, 0],
  [
    "a fee beside the maker's own bill",
    { cost: 0.002, is_byok: true, cost_details: { upstream_inference_cost: 0.04 } },
    42_000,
  ],
  ["the maker's share of one's own price", { cost: 0.04, cost_details: { upstream_inference_cost: 0.04 } }, 40_000],
  ["no price", {}, undefined],
  ["no number", { cost: "0.04" }, undefined],
])("settles %s", async (_name, usage, microUsd) => {
  expect(await costOf({ ...tokens, ...usage })).toBe(microUsd);
});

test("tokens without a price leave the price to the table", async () => {
  expect(await costOf(tokens)).toBeUndefined();
});
