// Committed text must not name a package registry's host or a key. Both have slipped into lock files and fixtures elsewhere.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const PATTERNS = [
  [/https?:\/\/[a-z0-9.-]*(registry|npmjs|pypi|deb\.debian)[a-z0-9.-]*/i, "a registry host"],
  [/\bsk-(?!sim|test|example|ant-example)[A-Za-z0-9_-]{20,}/, "what looks like an OpenAI key"],
  [/\bAIza[0-9A-Za-z_-]{35}\b/, "what looks like a Google key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36}\b/, "what looks like a GitHub token"],
];

const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  encoding: "utf8",
})
  .split("\0")
  .filter((file) => file && !/\.(png|jpe?g|webp|gif)$/i.test(file));

const found = files.flatMap((file) => {
  let text;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line, index) => {
    const hit = PATTERNS.find(([pattern]) => pattern.test(line));
    return hit && !file.endsWith("check-committed-text.mjs") ? [`${file}:${index + 1}: ${hit[1]}`] : [];
  });
});

if (found.length > 0) {
  console.error(found.join("\n"));
  process.exit(1);
}
