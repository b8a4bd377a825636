import { startSimulator, type Simulator } from "@artdesk/simulator";
import sharp from "sharp";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeFolder, readArtdesk, runArtdeskJson } from "./cli-process.ts";

let simulator: Simulator;
let photo: Buffer;
let mask: Buffer;
beforeAll(async () => {
  simulator = await startSimulator();
  const background = { r: 200, g: 80, b: 40, alpha: 1 };
  photo = await sharp({ create: { width: 320, height: 320, channels: 4, background } })
    .png()
    .toBuffer();
  mask = await sharp({ create: { width: 320, height: 320, channels: 4, background: { ...background, alpha: 0 } } })
    .png()
    .toBuffer();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

function workspace(frontMatter: string): string {
  return makeFolder({
    "artdesk.yml": "version: 1\nbudget: { month: 5 }\n",
    "photo.png": photo,
    "mask.png": mask,
    "retouch.image.md": `---\noperation: edit\nreferences: [photo.png]\noutput: out.png\n${frontMatter}\n---\nMake the sky dusk.\n`,
  });
}

async function edit(frontMatter: string): Promise<{ folder: string; model: string | undefined; reasons: string }> {
  const folder = workspace(frontMatter);
  const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect([code, document.assets[0]?.error]).toEqual([0, undefined]);
  const { entries, totalMicroUsd } = simulator.statement();
  expect(entries).toMatchObject([{ operation: "edit", images: 1, delivered: true }]);
  const books = await runArtdeskJson(folder, ["budget"]);
  expect(books.document.balances[0]).toMatchObject({ spentMicroUsd: totalMicroUsd, unknownMicroUsd: 0 });
  const { format } = await sharp(readFileSync(join(folder, "out.png"))).metadata();
  // Gemini chooses between PNG and JPEG itself.
  expect(["png", "jpeg"]).toContain(format);
  return { folder, model: document.assets[0]?.model, reasons: document.assets[0]?.reasons.join(" ") ?? "" };
}

test.each(["draft", "internal"])("a quick edit (%s) goes to the cheapest editor, as JSON", async (purpose) => {
  const { model, reasons } = await edit(`purpose: ${purpose}\nsize: 1024x1024`);
  expect([model, reasons]).toEqual(["gpt-image-2.5-flare", expect.stringContaining("Quick edit")]);
  expect(simulator.calls()).toMatchObject([
    { path: "/openai/v1/images/edits", headers: { "content-type": "application/json" }, body: { quality: "low" } },
  ]);
});

test("client retouching goes to the best-rated editor", async () => {
  const { model, reasons } = await edit("purpose: client\naspect: 1:1");
  expect([model, reasons]).toEqual(["gemini-3-pro-image", expect.stringContaining("Client retouching")]);
});

test("a mask goes to a model that takes one, at any of its sizes as JSON", async () => {
  const { model } = await edit("purpose: client\nmask: mask.png\nsize: 1280x720");
  expect(model).toBe("gpt-image-2");
  expect(simulator.calls()[0]).toMatchObject({
    headers: { "content-type": "application/json" },
    body: { size: "1280x720" },
  });
});

test("OpenRouter edits with references as data URLs", async () => {
  const { model } = await edit("model: openrouter/seedream-4.5\naspect: 1:1\nresolution: 2K");
  expect(model).toBe("bytedance-seed/seedream-4.5");
  expect(simulator.calls()).toMatchObject([{ path: "/openrouter/api/v1/images", status: 200 }]);
});

test("more references than a model takes is a reason, not a call", async () => {
  const references = Array.from({ length: 15 }, () => "photo.png").join(", ");
  const folder = makeFolder({
    "photo.png": photo,
    "a.image.md": `---\noperation: edit\nmodel: nano banana pro\nreferences: [${references}]\n---\nMerge these.\n`,
  });
  const { code, words } = await readArtdesk(folder, ["plan"], simulator.env);
  expect(code).toBe(2);
  expect(words).toContain("Takes at most 14 reference images, not 15.");
});

test("an edited photo is made again, an unchanged one is not", async () => {
  const { folder } = await edit("purpose: draft\nsize: 1024x1024");
  const again = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(again.document.totals).toMatchObject({ unchanged: 1, generated: 0, costMicroUsd: 0 });
  expect(simulator.statement().entries).toHaveLength(1);
});
