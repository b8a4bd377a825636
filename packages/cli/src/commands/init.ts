import { ArtdeskError } from "@artdesk/core";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { type CommandOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";

const CONFIG = `# yaml-language-server: $schema=https://raw.githubusercontent.com/artdesk/artdesk/v1/schemas/artdesk.schema.json
version: 1
prompts:
  - "**/*.image.md"
policy: auto
budget:
  month: 10.00
  run: 2.00
  on_exceeded: downgrade
`;

const PROMPT = `---
purpose: docs
aspect: 3:2
alt: A small lighthouse on a cliff at dawn.
---
A small white lighthouse on a grassy cliff at dawn, calm sea behind it, flat vector
illustration, soft pastel palette, plenty of sky.
`;

const IGNORED = [
  ".artdesk/cache/",
  ".artdesk/journal/",
  ".artdesk/contact-sheet.html",
  ".artdesk/run.*",
  ".artdesk/*.sqlite*",
];

/** `artdesk init`: a configuration, a first prompt file and the git-ignore lines. Never overwrites a file. */
export async function initCommand(options: Pick<CommandOptions, "cwd" | "json">, io: Io): Promise<ExitCode> {
  const root = options.cwd === undefined ? io.cwd : resolve(io.cwd, options.cwd);
  if (existsSync(join(root, "artdesk.yml"))) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: "artdesk.yml is here already.",
      hint: "Edit it, or run `artdesk plan`.",
      location: { file: "artdesk.yml" },
    });
  }
  const written: string[] = [];
  for (const [file, text] of [
    ["artdesk.yml", CONFIG],
    ["images/lighthouse.image.md", PROMPT],
  ] as const) {
    const path = join(root, file);
    if (existsSync(path)) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: "wx" });
    written.push(file);
  }
  const ignoreFile = join(root, ".gitignore");
  const present = existsSync(ignoreFile) ? await readFile(ignoreFile, "utf8") : "";
  const missing = IGNORED.filter((line) => !present.split(/\r?\n/).includes(line));
  if (missing.length > 0) {
    const glue = present === "" || present.endsWith("\n") ? "" : "\n";
    await writeFile(ignoreFile, `${present}${glue}${missing.join("\n")}\n`);
    written.push(".gitignore");
  }
  if (options.json) io.out(`${JSON.stringify({ written }, null, 2)}\n`);
  else {
    io.out(`Wrote ${written.join(", ")}.\n`);
    io.out(
      "Next: `artdesk generate --provider sketch` draws it for free; with a key set, `artdesk plan` shows model and price.\n",
    );
  }
  return EXIT.done;
}
