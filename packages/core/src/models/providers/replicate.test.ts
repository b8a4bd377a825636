import { describe, expect, test } from "vitest";
import { contractValidator } from "../../../test/contract-schemas.ts";
import { noiseImage } from "../../../test/noise-image.ts";
import { sharedFolder } from "../../../test/shared-folder.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import { jobProviderContract } from "../../testing/job-provider-contract.ts";
import { prediction, replicateFixture } from "./__fixtures__/replicate.ts";
import { replicate } from "./replicate.ts";

const image = await noiseImage({ widthPx: 48, heightPx: 32 });
jobProviderContract(replicate, replicateFixture, { test, codec: nodeCodec, image });

test("refuses a reference that is too large for a data URL, before anything is sent", () => {
  const { call } = replicateFixture;
  const large = { bytes: new Uint8Array(200_000), mediaType: "image/png", name: "large.png" };
  expect(() => replicate.build({ ...call, request: { ...call.request, references: [large] } }, nodeCodec)).toThrow(
    /at most 190 kB in a request, and large.png has 200 kB/,
  );
});

describe.skipIf(sharedFolder === undefined)("held against Replicate's own type declarations", () => {
  test.each(replicateFixture.requests.map((each) => [each.name, each] as const))("%s", (_name, { request }) => {
    expect(contractValidator("replicate-1.4.0.prediction.schema.json", "CreatePredictionBody")(request.body)).toEqual(
      [],
    );
  });

  test("the fixture's predictions", () => {
    const validate = contractValidator("replicate-1.4.0.prediction.schema.json", "Prediction");
    for (const status of ["starting", "processing", "succeeded", "failed", "canceled", "aborted"])
      expect(validate(prediction({ status }))).toEqual([]);
  });
});
