import { describe, expect, test } from "vitest";
import { contractValidator } from "../../../test/contract-schemas.ts";
import { noiseImage } from "../../../test/noise-image.ts";
import { sharedFolder } from "../../../test/shared-folder.ts";
import { nodeCodec } from "../../node/platform/node-codec.ts";
import { jobProviderContract } from "../../testing/job-provider-contract.ts";
import { falFixture } from "./__fixtures__/fal.ts";
import { fal } from "./fal.ts";

const image = await noiseImage({ widthPx: 48, heightPx: 32 });
jobProviderContract(fal, falFixture, { test, codec: nodeCodec, image });

test("asks for a job by its model and id alone, whatever addresses a reply names", () => {
  const { request } = fal.status({ id: "../../evil?x=1", model: "fal-ai/flux-kontext/dev" });
  expect(request.path).toBe("/fal-ai/flux-kontext/requests/..%2F..%2Fevil%3Fx%3D1/status");
});

describe.skipIf(sharedFolder === undefined)("held against fal's own type declarations", () => {
  test.each(falFixture.requests.map((each) => [each.name, each] as const))("%s", (_name, { request }) => {
    const endpoint = request.path.slice(1);
    const validate = contractValidator(
      "fal-client-1.10.1.image-endpoints.schema.json",
      `Inputs/properties/${endpoint.replaceAll("/", "~1")}`,
    );
    expect(validate(request.body)).toEqual([]);
    expect(validate({ ...(request.body as object), invented: 1 })).not.toEqual([]);
  });
});
