import { expect, test } from "vitest";
import { makeFolder, runArtdesk } from "./cli-process.ts";

const ENV = { OPENAI_API_KEY: "sk-test", FAL_KEY: "fal-test" };
const LONG = `A woman in a red dress at dusk, 35mm photo. ${"She looks at a stall with fruit. ".repeat(9)}`;

const FILES = {
  "artdesk.yml": "version: 1\n",
  "good.image.md":
    "---\npurpose: docs\nstructured:\n  subject: a red kite\n  action: hangs over a field\n  lighting: low sun from the left\n  camera: 50mm photo\n---\n",
  "bare.image.md": "---\npurpose: docs\n---\n\nA red kite over a field.\n",
  "mood.image.md": "---\npurpose: docs\n---\nCinematic, moody, golden-hour light, 35mm photo\n",
  "sign.image.md": "---\npurpose: docs\n---\nA shop at noon with a sign that has a slogan on it, photo\n",
  "long.image.md": `---\npurpose: docs\nmodel: gpt-image-1-mini\n---\n${LONG}\n`,
  "long-free.image.md": `---\npurpose: docs\n---\n${LONG}\n`,
};

test("lint says with file and line what models drop, and nothing of what is well said", async () => {
  const folder = makeFolder(FILES);
  const { code, stdout } = await runArtdesk(folder, ["lint"], ENV);
  expect(code).toBe(0);
  expect(stdout.split("\n").map((line) => line.replace(/(?<=: (No|Neither|Writing|\d+ words)).*/, ""))).toEqual([
    "! bare.image.md:5 bare: No",
    "! bare.image.md:5 bare: Neither",
    "! long.image.md:5 long: 73 words",
    "! mood.image.md:4 mood: No",
    "! sign.image.md:4 sign: Writing",
    "4 of 6 prompts could say more.",
    "",
  ]);
  expect(stdout).toContain("No lighting: say where the light comes from");
  expect(stdout).toContain("No subject: it says how the image looks");
  expect((await runArtdesk(folder, ["lint", "--strict"], ENV)).code).toBe(4);
  expect((await runArtdesk(folder, ["lint", "good.image.md", "--strict"], ENV)).code).toBe(0);
  const { assets, totals } = JSON.parse((await runArtdesk(folder, ["lint", "--json"])).stdout) as {
    assets: { id: string; line: number; advice: { code: string }[] }[];
    totals: unknown;
  };
  expect(totals).toEqual({ assets: 6, advised: 4, advice: 5, problems: 0 });
  expect(assets.find(({ id }) => id === "bare")?.advice.map((advice) => advice.code)).toEqual([
    "no_lighting",
    "no_camera",
  ]);
});

test("a mistake in a file is one for lint, too", async () => {
  const folder = makeFolder({ ...FILES, "wrong.image.md": "---\nstructured: { lighting: noon }\n---\n" });
  const { code, stdout } = await runArtdesk(folder, ["lint"], ENV);
  expect(code).toBe(2);
  expect(stdout).toContain("wrong.image.md:2");
  expect(stdout).toContain("`structured.subject` is missing");
});

test("the plan says it once for all prompts that it concerns", async () => {
  const files = Object.fromEntries(
    ["a", "b", "c", "d", "e"].map((name) => [`${name}.image.md`, FILES["bare.image.md"]]),
  );
  const folder = makeFolder({ "artdesk.yml": "version: 1\n", ...files, "long.image.md": FILES["long.image.md"] });
  const { code, stdout } = await runArtdesk(folder, ["plan"], ENV);
  expect(code).toBe(0);
  expect(stdout).toContain("! a, b, c and 2 more (artdesk lint lists them): No lighting: say where");
  expect(stdout).toContain("! a, b, c and 2 more (artdesk lint lists them): Neither camera nor style");
  expect(stdout).toMatch(/! long: 73 words: .* is not known to follow more than 60/);
  const json = JSON.parse((await runArtdesk(folder, ["plan", "--json"], ENV)).stdout) as {
    assets: { id: string; advice: { code: string }[] }[];
  };
  expect(json.assets.map(({ id, advice }) => `${id} ${advice.length}`)).toEqual([
    "a 2",
    "b 2",
    "c 2",
    "d 2",
    "e 2",
    "long 1",
  ]);
});
