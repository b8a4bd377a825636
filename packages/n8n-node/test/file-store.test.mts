import { startSimulator, type Simulator } from "@artdesk/simulator";
import type { INodeExecutionData } from "n8n-workflow";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { runArtdesk, simulatorCredentials } from "./harness/artdesk-runner.mts";
import { buildNode, type BuiltNode } from "./harness/built-node.mts";
import { loadN8nRelease, N8N_RELEASES, useFileStore } from "./harness/n8n-release.mts";
import { outcomes, POSTER, THREE_ITEMS, timesBought } from "./harness/three-posters.mts";

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ seed: 1, now: () => Date.UTC(2026, 10, 23) });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

describe.each(Object.keys(N8N_RELEASES) as (keyof typeof N8N_RELEASES)[])("with n8n %s keeping files in a folder", (version) => {
  const release = loadN8nRelease(version);
  let built: BuiltNode;
  beforeAll(async () => {
    built = await buildNode(release);
    await useFileStore(release);
  });
  afterEach(() => vi.restoreAllMocks());

  const run = (node: Parameters<typeof runArtdesk>[3] = {}): ReturnType<typeof runArtdesk> =>
    runArtdesk({ release, built, credentials: simulatorCredentials(simulator) }, POSTER, THREE_ITEMS, node);

  const binaryOf = (item: INodeExecutionData | undefined): Record<string, unknown> => ({ ...item?.binary?.["data"] });

  it("puts the image into n8n's store and a link to it into the item", async () => {
    const { items } = await run();
    expect(items).toHaveLength(3);
    expect(binaryOf(items[0])).toMatchObject({ id: expect.stringMatching(/^filesystem/), fileName: "one.png", mimeType: "image/png" });
    expect(items[0]?.json["url"]).toMatch(/^http:\/\/127\.0\.0\.1\/rest\/binary-data\/signed\?token=[\w.-]+$/);
  });

  it("links to what was paid for when the node stops", async () => {
    simulator.faults([{ kind: "moderation", match: "three", times: "always" }]);
    const { run: execution } = await run();
    const description = execution.data.resultData.error?.description ?? "";
    expect(description).toContain("2 images were already made and paid for");
    expect([...description.matchAll(/<a href="http:[^"]+signed\?token=[^"]+">(\w+\.png)<\/a>/g)].map((match) => match[1])).toEqual(["one.png", "two.png"]);
  });

  it("keeps a paid image inside the item when the store takes nothing", async () => {
    vi.spyOn(release.core.BinaryDataService.prototype, "store").mockRejectedValue(new Error("no space left on device"));
    const { items, run: execution } = await run({ retryOnFail: true, maxTries: 3, waitBetweenTries: 1 });
    expect(execution.data.resultData.error).toBeUndefined();
    expect(outcomes(items)).toEqual(["one.png", "two.png", "three.png"]);
    expect(timesBought(simulator)).toEqual({ one: 1, two: 1, three: 1 });
    const image = Buffer.from(String(binaryOf(items[0])["data"]), "base64");
    expect(image.subarray(1, 4).toString()).toBe("PNG");
    expect(image.length).toBe(items[0]?.json["fileSizeBytes"]);
    expect(items[0]?.json["warnings"]).toContainEqual(expect.stringContaining("file store"));
  });
});
