import { existsSync } from "node:fs";
import { join } from "node:path";
import { startSimulator, type Simulator } from "@artdesk/simulator";
import { afterAll, beforeAll, expect, test } from "vitest";
import { makeFolder, runArtdesk, runArtdeskJson } from "./cli-process.ts";

let simulator: Simulator;
beforeAll(async () => void (simulator = await startSimulator()));
afterAll(() => simulator.close());

const FOX = "A red fox in the snow.\n";
/** What the named model does not make. */
const IMPOSSIBLE = `---\npurpose: docs\nmodel: gpt-image-2\ntransparent: true\n---\n${FOX}`;

test("one asset that no model can make does not stop thirteen: they are made, and the run fails at the end", async () => {
  simulator.reset();
  const possible = Array.from({ length: 13 }, (_, index) => `fox-${index + 1}`);
  const files = Object.fromEntries(possible.map((id) => [`${id}.image.md`, `---\npurpose: draft\n---\n${FOX}`]));
  const folder = makeFolder({ ...files, "wall.image.md": IMPOSSIBLE });
  const { code, document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(code).toBe(2);
  expect(document.totals).toMatchObject({ generated: 13, failed: 1, skipped: 0 });
  expect(document.assets.find(({ id }) => id === "wall")?.error).toMatchObject({ code: "no_candidate" });
  expect(possible.filter((id) => !existsSync(join(folder, `${id}.png`)))).toEqual([]);
  expect(simulator.statement()).toMatchObject({ images: 13, totalMicroUsd: document.totals.costMicroUsd });
  const again = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(again.document.totals).toMatchObject({ generated: 0, unchanged: 13, failed: 1, costMicroUsd: 0 });
});

test("a prompt that a provider refuses does not stop the others", async () => {
  simulator.reset();
  const folder = makeFolder({
    "artdesk.yml": 'version: 1\nprompts: ["*.image.md"]\nconcurrency: 1\n',
    "a.image.md": "---\nmodel: gpt-image-2\n---\nA blue fox in the snow.\n",
    "b.image.md": `---\nmodel: gpt-image-2\n---\n${FOX}`,
  });
  simulator.faults([{ kind: "moderation", match: "blue fox" }]);
  const { document } = await runArtdeskJson(folder, ["generate"], simulator.env);
  expect(document.totals).toMatchObject({ generated: 1, failed: 1, skipped: 0 });
  expect(document.assets.find(({ error }) => error)?.error?.code).toBe("content_refused");
});

test.each(["plan", "generate"])("%s says what twelve assets have in common once, with each name", async (command) => {
  simulator.reset();
  const names = Array.from({ length: 12 }, (_, index) => `n${index + 1}`);
  const head = `purpose: docs\nmodel: gpt-image-2\ntransparent: true\nmatrix: { who: [${names.join(", ")}] }\noutput: "cards/{{who}}.png"`;
  const folder = makeFolder({ "cards.image.md": `---\n${head}\n---\nA card for {{who}}.\n` });
  const { stdout } = await runArtdesk(folder, [command], simulator.env);
  expect(stdout.match(/✗/g)).toHaveLength(1);
  expect(stdout).toContain("✗ 12 assets: ");
  expect(stdout).toMatch(/^ {4}cards\.image\.md:\d: (cards#who=n\d+, ){11}cards#who=n\d+$/m);
});
