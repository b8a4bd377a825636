import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium, selectors, type Locator, type Page } from "playwright-core";
import { OWNER, type N8nServer } from "./n8n-server.mts";

const PATIENCE_MS = 60_000;
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--disable-dev-shm-usage",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** n8n's editor in a browser, signed in as its owner. */
export interface N8nEditor {
  page: Page;
  /** What the editor's own tests find things by. */
  part(testId: string, text?: string): Locator;
  /** Where `ARTDESK_SCREENSHOT_FOLDER` names a folder. */
  screenshot(name: string): Promise<void>;
  close(): Promise<void>;
}

/** Opens a fresh browser that reaches nothing but this n8n. */
export async function openEditor(n8n: N8nServer, executablePath: string): Promise<N8nEditor> {
  const browser = await chromium.launch({ executablePath, args: FLAGS });
  selectors.setTestIdAttribute("data-test-id");
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, baseURL: n8n.baseUrl });
  await context.route(
    (url) => url.hostname !== "127.0.0.1",
    (route) => route.abort(),
  );
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  await signIn(page);
  const folder = process.env["ARTDESK_SCREENSHOT_FOLDER"];
  return {
    page,
    part: (testId, text) => {
      const found = page.getByTestId(testId);
      return (text === undefined ? found : found.filter({ hasText: text })).first();
    },
    screenshot: async (name) => {
      if (folder === undefined) return;
      mkdirSync(folder, { recursive: true });
      await page.waitForFunction("[...document.images].every(({ complete }) => complete)");
      await page.screenshot({ path: join(folder, `${name}.png`), animations: "disabled" });
    },
    close: () => browser.close(),
  };
}

/** In the browser, whose clock n8n's cookie agrees with: this process lives on the tests' pinned day. */
async function signIn(page: Page): Promise<void> {
  await page.goto("/healthz");
  const { email, password } = OWNER;
  const status = await page.evaluate(
    async (login) => {
      const headers = { "content-type": "application/json" };
      return (await fetch("/rest/login", { method: "POST", headers, body: JSON.stringify(login) })).status;
    },
    { emailOrLdapLoginId: email, password },
  );
  if (status !== 200) throw new Error(`n8n did not let its owner in: ${status}`);
}
