// Shows comments and the job summary as GitHub would: renders sample reports to HTML and takes pictures of them with
// Chromium. Run: node --conditions=source packages/github-action/scripts/render-comment.mjs [plan generated summary ...]
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { renderComment, renderSummary } from "../src/tell/comment.ts";
import { githubHtml } from "../test/harness/github-html.ts";
import { SAMPLE_REPORTS } from "../test/harness/report-samples.ts";

const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
const css = readFileSync(
  createRequire(import.meta.url).resolve("github-markdown-css/github-markdown-light.css"),
  "utf8",
);
const names = process.argv.length > 2 ? process.argv.slice(2) : ["plan", "generated", "failures", "summary"];
const images = join(root, "docs/images");
const folder = mkdtempSync(join(tmpdir(), "artdesk-pictures-"));
mkdirSync(images, { recursive: true });

/** A picture that stands for a thumbnail: the address decides its colour. */
function thumbnail(address) {
  const hue = [...address].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 7);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="160" height="107"><rect width="160" height="107" fill="hsl(${hue} 45% 72%)"/><circle cx="62" cy="66" r="26" fill="hsl(${hue} 50% 45%)"/><rect x="92" y="34" width="40" height="58" fill="hsl(${(hue + 40) % 360} 50% 55%)"/></svg>`;
}

const server = createServer((request, response) => {
  response.writeHead(200, { "content-type": "image/svg+xml" }).end(thumbnail(request.url ?? ""));
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const origin = `http://127.0.0.1:${server.address().port}`;

try {
  for (const name of names) {
    const isSummary = name === "summary";
    const report = SAMPLE_REPORTS[isSummary ? "generated" : name];
    if (!report) throw new Error(`No sample report ${name}; there are ${Object.keys(SAMPLE_REPORTS).join(", ")}.`);
    const html = githubHtml(isSummary ? renderSummary(report, 0) : renderComment(report, "default"))
      .replaceAll("https://raw.githubusercontent.com", origin)
      .replaceAll("<details>", "<details open>");
    const page = join(folder, `${name}.html`);
    const style =
      ".page{width:900px;padding:24px;border:1px solid #d1d9e0;border-radius:6px;box-sizing:border-box}body{margin:16px;width:900px}";
    writeFileSync(
      page,
      `<!doctype html><meta charset="utf-8"><style>${css}${style}</style><article class="markdown-body page">${html}</article>`,
    );
    const picture = join(images, isSummary ? "action-summary.png" : `action-comment-${name}.png`);
    await screenshot(page, picture);
    console.log(picture);
  }
} finally {
  server.close();
  rmSync(folder, { recursive: true, force: true });
}

/** Asynchronous, because this process serves the thumbnails meanwhile. */
async function screenshot(page, picture) {
  const args = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    `--user-data-dir=${join(folder, "profile")}`,
    "--window-size=940,800",
    `--screenshot=${picture}`,
    `file://${page}`,
  ];
  const child = spawn("chromium", args, { stdio: "ignore" });
  const code = await new Promise((done) => child.on("close", done));
  if (code !== 0) throw new Error(`Chromium ended with ${code}.`);
}
