import { expect, test } from "vitest";
import { noiseImage } from "../../../test/noise-image.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import { exampleCall } from "../../testing/example-call.ts";
import { providerContract } from "../../testing/provider-contract.ts";
import { openaiCompatibleFixture } from "./__fixtures__/openai-compatible.ts";
import { openaiCompatible } from "./openai-compatible.ts";

const image = await noiseImage({ widthPx: 48, heightPx: 32 });
providerContract(openaiCompatible, openaiCompatibleFixture, { test, codec: nodeCodec, image });

const KITE = { bytes: image, mediaType: "image/png", name: "kite.png" };
const MASK = { bytes: image.slice(0, 40), mediaType: "image/png", name: "mask.png" };

test.each([
  [[KITE], ["image"]],
  [
    [KITE, KITE],
    ["image[]", "image[]"],
  ],
])("edits go as a form, pictures and mask as files", async (references, names) => {
  const { offer, row } = openaiCompatibleFixture.call;
  const call = exampleCall({ offer, row, request: { operation: "edit", references, mask: MASK } });
  const { path, headers, body } = openaiCompatible.build(call, nodeCodec);
  const form = await new Response(new Blob([Buffer.from(body as Uint8Array)]), {
    headers: { "content-type": headers["content-type"] ?? "" },
  }).formData();
  expect(path).toBe("/images/edits");
  const entries = [...form];
  expect(Object.fromEntries(entries.filter(([, value]) => typeof value === "string"))).toEqual({
    model: "flux-schnell",
    prompt: "A red kite over a meadow",
    n: "1",
    size: "1024x1024",
    response_format: "b64_json",
  });
  const files = entries.flatMap(([name, value]) => (typeof value === "string" ? [] : [{ name, value }]));
  expect(files.map(({ name }) => name)).toEqual([...names, "mask"]);
  expect(Buffer.from((await files[0]?.value.bytes()) ?? [])).toEqual(Buffer.from(image));
});
