import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { filesBelow, makeFolder, readArtdesk, runArtdeskJson } from "./cli-process.ts";

test("init writes what plan can read, and never overwrites", async () => {
  const folder = makeFolder({ ".gitignore": "node_modules" });
  const first = await readArtdesk(folder, ["init"]);
  expect(first.code).toBe(0);
  expect(first.words).toMatchInlineSnapshot(`
    "Wrote artdesk.yml, images/lighthouse.image.md, .gitignore.
    Next: \`artdesk generate --provider sketch\` draws it for free; with a key set, \`artdesk plan\` shows model and price.
    "
  `);
  expect(readFileSync(join(folder, ".gitignore"), "utf8")).toMatch(/^node_modules\n\.artdesk\/cache\/\n/);
  const plan = await runArtdeskJson(folder, ["plan", "--provider", "sketch"]);
  expect(plan.document.totals).toMatchObject({ assets: 1, toMake: 1, invalid: 0 });

  const before = filesBelow(folder);
  const again = await readArtdesk(folder, ["init"]);
  expect(again.code).toBe(2);
  expect(again.words).toBe("✗ artdesk.yml: artdesk.yml is here already.\n    Edit it, or run `artdesk plan`.\n");
  expect(filesBelow(folder)).toEqual(before);
});

test("init leaves a prompt file that is there as it is", async () => {
  const folder = makeFolder({ "images/lighthouse.image.md": "My own words.\n" });
  expect((await readArtdesk(folder, ["init"])).code).toBe(0);
  expect(readFileSync(join(folder, "images/lighthouse.image.md"), "utf8")).toBe("My own words.\n");
});
