import type { Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { N8N_VERSION } from "../scripts/install-n8n.mts";
import { openEditor, type N8nEditor } from "./harness/n8n-editor.mts";
import { postgresUrl, startWholeN8n, type WholeN8n } from "./harness/whole-n8n.mts";

const chromium = process.env["ARTDESK_TEST_CHROMIUM"] ?? "";
const reason = postgresUrl === undefined ? "no PostgreSQL" : "no Chromium";
const canRun = postgresUrl !== undefined && chromium !== "";
if (!canRun) console.log(`Skipped: the tests in n8n's editor, because there is ${reason}.`);

describe.skipIf(!canRun)(`the editor of n8n ${N8N_VERSION}`, () => {
  let whole: WholeN8n;
  let editor: N8nEditor;
  beforeAll(async () => {
    whole = await startWholeN8n();
    editor = await openEditor(whole.n8n, chromium);
  }, 1_800_000);
  afterAll(async () => {
    await editor?.close();
    await whole?.close();
  }, 60_000);

  /** An entry of the list that is open. */
  const visible = (testId: string, text: string): Locator =>
    editor.page.getByTestId(testId).filter({ hasText: text, visible: true }).first();

  /** Chooses a credential. n8n fills the field by itself when it gets round to it, and closes the list on the way. */
  async function choose(provider: string, credential: string): Promise<void> {
    const slot = editor.page.getByTestId("node-credentials-slot").filter({ hasText: provider }).first();
    const field = slot.getByTestId("node-credentials-select");
    const entry = editor.page.locator(`[data-test-id^="node-credentials-select-item-"]:visible`);
    const chosen = async (): Promise<boolean> => (await field.locator("input").first().inputValue()) === credential;
    const tryOnce = async (): Promise<boolean> => {
      if (await chosen()) return true;
      await field.click();
      await entry
        .filter({ hasText: credential })
        .first()
        .click({ timeout: 3000 })
        .then(undefined, () => undefined);
      return chosen();
    };
    await expect.poll(tryOnce, { timeout: 60_000, interval: 500 }).toBe(true);
  }

  it("finds the node in its list, fills its panel, runs it, and shows the image and what it cost", async () => {
    const { page, part, screenshot } = editor;
    await page.goto("/workflow/new");
    await part("canvas-add-button").click();
    await part("node-creator-search-bar").fill("manual");
    await part("node-creator-item-name", "Manual Trigger").click();
    await part("canvas-handle-plus").click();
    await part("node-creator-search-bar").fill("artdesk");
    await part("node-creator-item-name", "Artdesk").waitFor();
    await screenshot("n8n-node-list");
    await part("node-creator-item-name", "Artdesk").click();
    await part("node-creator-item-name", "Generate image").click();

    await part("parameter-input-prompt").locator("textarea").fill("A red fox with a map, flat illustration");
    await part("parameter-input-size").click();
    await visible("parameter-input-item", "Instagram Post").click();
    await choose("OpenAI", "artdeskOpenAiApi");
    await choose("Google Gemini", "artdeskGeminiApi");
    await part("collection-parameter-add").click();
    await visible("collection-parameter-option", "Per Run").click();
    await part("parameter-input-resource").scrollIntoViewIfNeeded();
    await screenshot("n8n-panel");

    await part("node-execute-button").click();
    await part("run-data-hints", "Made 1 image").waitFor();
    const hint = await part("run-data-hints", "Made 1 image").textContent();
    const { totalMicroUsd, images } = whole.simulator.statement();
    expect(images).toBe(1);
    expect(hint).toContain(`Made 1 image for $${totalMicroUsd / 1e6}.`);
    expect(hint).toMatch(/Left: \$0\.98\d+ \(this run\)\./);
    await page.getByTestId("ndv-view-binary-data").waitFor();
    await screenshot("n8n-output");

    await page.getByTestId("ndv-view-binary-data").click();
    const image = page.locator("img[src*='/rest/binary-data']").first();
    const pixels = async (): Promise<number[]> =>
      image.evaluate((element) => ["naturalWidth", "naturalHeight"].map((name) => Number(Reflect.get(element, name))));
    await expect.poll(pixels, { timeout: 30_000 }).toEqual([expect.toSatisfy(isEdge), expect.toSatisfy(isEdge)]);
    const [width = 1, height = 1] = await pixels();
    expect(width / height).toBeCloseTo(4 / 5, 1);
    await screenshot("n8n-image");
  }, 300_000);

  it("shows an item that cannot be made in plain words, with the next step", async () => {
    const { page, part, screenshot } = editor;
    const { images } = whole.simulator.statement();
    await part("parameter-input-prompt").locator("textarea").fill("  ");
    await part("node-execute-button").click();
    await page.getByText("'Prompt' must not be empty [item 0]").first().waitFor();
    await page.getByText("Say what the image shows.").first().waitFor();
    await screenshot("n8n-message");
    expect(whole.simulator.statement().images).toBe(images);
  }, 120_000);

  it("drafts six images to pick from, each with its number and its price", async () => {
    const { page, part, screenshot } = editor;
    const before = whole.simulator.statement();
    await part("parameter-input-operation").click();
    await visible("parameter-input-item", "Draft").click();
    await part("parameter-input-prompt").locator("textarea").fill("A red fox with a map, flat illustration");
    await part("parameter-input-resource").scrollIntoViewIfNeeded();
    await part("node-execute-button").click();
    await part("run-data-hints", "Made 6 images").waitFor();
    const { totalMicroUsd, images } = whole.simulator.statement();
    expect(images).toBe(before.images + 6);
    expect(await part("run-data-hints", "Made 6 images").textContent()).toContain(
      `Made 6 images for $${(totalMicroUsd - before.totalMicroUsd) / 1e6}.`,
    );
    await page.getByTestId("ndv-view-binary-data").nth(5).waitFor();
    await part("node-execute-button", "Execute step").waitFor();
    await page.mouse.move(0, 0);
    await screenshot("n8n-drafts");
  }, 120_000);
});

function isEdge(px: number): boolean {
  return px > 500;
}
