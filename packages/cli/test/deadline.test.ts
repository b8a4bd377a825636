import { startSimulator } from "@artdesk/simulator";
import { expect, onTestFinished, test } from "vitest";
import { makeFolder, runArtdesk, runArtdeskJson } from "./cli-process.ts";

const HOUR_MS = 3_600_000;

/** Cheap hours that begin in three hours and last one, by the clock of this machine. */
function hoursFromNow(): string {
  const at = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString().slice(11, 16);
  return `${at(3)}-${at(4)}`;
}

test("low work does not wait for cheap hours that begin after its deadline", async () => {
  const world = await startSimulator();
  onTestFinished(() => world.close());
  const folder = makeFolder({
    "artdesk.yml": `version: 1\nlimits: {openai: {cheap_hours: "${hoursFromNow()}"}}\n`,
    "fox.image.md": "---\nmodel: gpt-image-2\nquality: low\n---\nA red fox.\n",
  });
  const made = await runArtdeskJson(folder, ["generate", "--urgency", "low", "--deadline", "60"], world.env);
  expect([made.code, made.document.totals.generated]).toEqual([0, 1]);
  const at = new Date(Date.now() + 2 * HOUR_MS).toISOString();
  const again = await runArtdeskJson(folder, ["generate", "--force", "--urgency", "low", "--deadline", at], world.env);
  expect([again.code, again.document.totals.generated]).toEqual([0, 1]);
});

test("`--urgency batch` hands in what its prompt file does not want otherwise", async () => {
  const world = await startSimulator();
  onTestFinished(() => world.close());
  const folder = makeFolder({
    "fox.image.md": "---\nmodel: gpt-image-2\n---\nA red fox.\n",
    "hen.image.md": "---\nmodel: gpt-image-2\nurgency: normal\n---\nA white hen.\n",
  });
  const { document } = await runArtdeskJson(folder, ["generate", "--urgency", "batch"], world.env);
  expect(Object.fromEntries(document.assets.map(({ id, status }) => [id, status]))).toEqual({
    fox: "submitted",
    hen: "generated",
  });
});

test.each([
  ["soon", "neither minutes nor a time"],
  ["-5", "neither minutes nor a time"],
  ["0", "over already"],
  ["2020-01-01T00:00Z", "over already"],
  ["2030-13-40T00:00Z", "neither minutes nor a time"],
])("a deadline of %j is refused", async (deadline, why) => {
  const folder = makeFolder({ "fox.image.md": "A red fox.\n" });
  const { code, stderr } = await runArtdesk(folder, ["generate", `--deadline=${deadline}`], {});
  expect(code).toBe(2);
  expect(stderr).toContain(why);
});
