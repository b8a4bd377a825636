// Draws every example prompt with the built-in storyboard provider: no key, no network, free.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const examples = join(root, "examples", "prompts");
const result = spawnSync(
  process.execPath,
  [join(root, "packages/cli/dist/artdesk.js"), "generate", "--provider", "sketch", "--cwd", examples],
  { stdio: "inherit" },
);
if (result.status === 0) {
  console.log(`\nOpen the contact sheet in a browser: ${join(examples, ".artdesk", "contact-sheet.html")}`);
}
process.exit(result.status ?? 1);
