// Writes attempts to the journal of the workspace in argv, saying after each step what is done, until it is killed.
import { hash, randomBytes } from "node:crypto";
import { writeSync } from "node:fs";
import { createFileJournal } from "../src/node/journal/file-journal.ts";

const [root = ""] = process.argv.slice(2);
const journal = createFileJournal(root);
// Straight to the file: what was said before the kill has been said.
const say = (words: string): void => void writeSync(1, `${words}\n`);

for (let number = 1; ; number += 1) {
  const attemptId = `attempt-${process.pid}-${number}`;
  const images = Array.from({ length: 1 + (number % 3) }, (_, index) => {
    const bytes = randomBytes(20_000 + ((number * 70_001) % 400_000));
    return { index, bytes, mediaType: "image/png", sha256: hash("sha256", bytes, "hex") };
  });
  const positions = images.map(({ index }) => index);
  const entry = {
    attemptId,
    run: "run",
    subject: "docs/hero",
    positions,
    note: "",
    provider: "p",
    model: "m",
    quality: "low",
    size: "1x1",
  };
  await journal.begin({ ...entry, worstCaseMicroUsd: 5000, startedAtMs: number });
  say(`began ${attemptId}`);
  if (number % 2 === 0) await journal.submitted(attemptId, `job-${number}`);
  await journal.keep(attemptId, images, 4000);
  say(`kept ${attemptId} ${images.length}`);
  await journal.end(attemptId, "settled");
  // Every third one stays, as if the process had died before delivery.
  if (number % 3 === 0) continue;
  say(`removing ${attemptId}`);
  await journal.remove(attemptId);
}
