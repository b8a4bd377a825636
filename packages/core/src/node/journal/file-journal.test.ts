import { spawn } from "node:child_process";
import { hash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { snapshotFolder, temporaryWorkspace } from "../../../test/temporary-workspace.ts";
import type { JournalEntry, JournalImage } from "../../basics/ports.ts";
import { createFileJournal } from "./file-journal.ts";

const entry: JournalEntry = {
  attemptId: "attempt-1",
  run: "run-1",
  subject: "docs/hero",
  positions: [0, 1],
  note: "a note",
  provider: "openai",
  model: "gpt-image-2",
  quality: "low",
  size: "1024x1024",
  worstCaseMicroUsd: 9000,
  startedAtMs: 5,
};

function image(index: number, mediaType = "image/png"): JournalImage {
  const bytes = new Uint8Array([index, 1, 2]);
  return { index, bytes, mediaType, sha256: hash("sha256", bytes, "hex") };
}

test("another process sees each step of an attempt", async () => {
  const { root } = temporaryWorkspace();
  const journal = createFileJournal(root);
  const seen = async (): Promise<object[]> =>
    (await createFileJournal(root).pending()).map((record) => Object.assign(record, { readImages: undefined }));
  await journal.begin(entry);
  expect(await seen()).toEqual([
    { ...entry, state: "in_flight", requestId: undefined, costMicroUsd: undefined, outcome: undefined, images: [] },
  ]);
  await journal.submitted("attempt-1", "job-7");
  expect(await seen()).toMatchObject([{ state: "submitted", requestId: "job-7" }]);
  await journal.keep("attempt-1", [image(0), image(1, "image/jpeg")], 8000);
  expect(readdirSync(join(root, ".artdesk/journal/attempt-1")).toSorted()).toEqual(["0.png", "1.jpg", "attempt.json"]);
  const [record] = await createFileJournal(root).pending();
  expect(record).toMatchObject({ state: "received", requestId: "job-7", costMicroUsd: 8000, outcome: undefined });
  const images = await record?.readImages();
  expect(images?.map(({ index, mediaType, sha256 }) => ({ index, mediaType, sha256 }))).toEqual(record?.images);
  expect(images?.map(({ bytes }) => Array.from(bytes))).toEqual([
    [0, 1, 2],
    [1, 1, 2],
  ]);
  await journal.end("attempt-1", "settled");
  expect(await seen()).toMatchObject([{ state: "received", outcome: "settled" }]);
  await journal.remove("attempt-1");
  expect(await seen()).toEqual([]);
  expect(readdirSync(join(root, ".artdesk/journal"))).toEqual([]);
});

test("images that came besides stay when the attempt is delivered, and are no part of it", async () => {
  const { root } = temporaryWorkspace();
  const journal = createFileJournal(root);
  await journal.begin(entry);
  const place = await journal.keepExtras?.("attempt-1", [image(0), image(1, "image/jpeg")]);
  expect(place).toBe(".artdesk/recovered/attempt-1-extras");
  await journal.keep("attempt-1", [image(7)], 8000);
  expect((await createFileJournal(root).pending())[0]?.images).toHaveLength(1);
  await journal.end("attempt-1", "settled");
  await journal.delivered("attempt-1");
  expect(readdirSync(join(root, String(place))).toSorted()).toEqual(["0.png", "1.jpg"]);
});

test("an attempt without images ends with its outcome, an unknown one stays", async () => {
  const { root } = temporaryWorkspace();
  const journal = createFileJournal(root);
  for (const [number, outcome] of (["settled", "released", "unknown"] as const).entries()) {
    await journal.begin({ ...entry, attemptId: `attempt-${number}`, startedAtMs: 10 - number });
    await journal.end(`attempt-${number}`, outcome);
  }
  expect(await journal.pending()).toMatchObject([{ attemptId: "attempt-2", state: "in_flight", outcome: "unknown" }]);
  await journal.remove("attempt-2");
  await journal.remove("attempt-2");
  await journal.end("attempt-2", "settled");
  expect(await journal.pending()).toEqual([]);
});

test("records come oldest first", async () => {
  const { root } = temporaryWorkspace();
  const journal = createFileJournal(root);
  for (const [attemptId, startedAtMs] of [
    ["c", 1],
    ["a", 3],
    ["b", 2],
    ["d", 2],
  ] as const)
    await journal.begin({ ...entry, attemptId, startedAtMs });
  expect((await journal.pending()).map(({ attemptId }) => attemptId)).toEqual(["c", "b", "d", "a"]);
});

test("images can be set aside where no run deletes them", async () => {
  const { root } = temporaryWorkspace();
  const journal = createFileJournal(root);
  await journal.begin(entry);
  await journal.keep("attempt-1", [image(0)], 1);
  expect(await journal.setAside("attempt-1")).toBe(".artdesk/recovered/attempt-1");
  expect(existsSync(join(root, ".artdesk/recovered/attempt-1/0.png"))).toBe(true);
  expect(await journal.pending()).toEqual([]);
});

test("damaged notes and images are named, never passed on", async () => {
  const { root } = temporaryWorkspace();
  const journal = createFileJournal(root);
  await journal.begin(entry);
  await journal.keep("attempt-1", [image(0)], 1);
  writeFileSync(join(root, ".artdesk/journal/attempt-1/0.png"), "x");
  const [record] = await journal.pending();
  await expect(record?.readImages()).rejects.toMatchObject({
    code: "bad_response",
    billed: "yes",
    shortMessage: "The received image .artdesk/journal/attempt-1/0.png is damaged.",
  });
  writeFileSync(join(root, ".artdesk/journal/attempt-1/attempt.json"), '{"state":"received"}');
  await expect(journal.pending()).rejects.toMatchObject({
    code: "bad_response",
    shortMessage: "The journal note .artdesk/journal/attempt-1/attempt.json is damaged.",
  });
});

test("a journal that a checkout brought along leads nowhere", async () => {
  const { root, outside } = temporaryWorkspace();
  mkdirSync(join(root, ".artdesk/journal"), { recursive: true });
  symlinkSync(outside, join(root, ".artdesk/journal/attempt-1"));
  const journal = createFileJournal(root);
  await expect(journal.pending()).rejects.toMatchObject({ code: "invalid_request" });
  await expect(journal.begin(entry)).rejects.toMatchObject({ code: "invalid_request" });
  await expect(journal.remove("../../../outside")).rejects.toThrow("an attempt id is");
  expect(Object.keys(snapshotFolder(outside))).toEqual(["secret.png"]);
});

const CHILD = fileURLToPath(new URL("../../../test/journal-until-killed.ts", import.meta.url));
const KILLS = 30;

test(
  "killed at any moment, it has no record, an earlier state, or the complete images",
  { timeout: 120_000 },
  async () => {
    const { root } = temporaryWorkspace();
    const counts = { kept: 0, unfinished: 0 };
    for (let round = 0; round < KILLS; round += 1) {
      const child = spawn(process.execPath, ["--conditions=source", CHILD, root], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
      const closed = once(child, "close");
      // After some steps, however slow this machine is, and then at any moment of the next one.
      while (said.split("\n").length <= 1 + (round % 6)) await once(child.stdout, "data");
      await sleep(Math.random() * 15);
      child.kill("SIGKILL");
      await closed;

      const journal = createFileJournal(root);
      const records = new Map((await journal.pending()).map((record) => [record.attemptId, record]));
      const words = said
        .split("\n")
        .slice(0, -1)
        .map((line) => line.split(" "));
      const removed = new Set(words.filter(([what]) => what === "removing").map(([, attemptId]) => attemptId));
      for (const [what, attemptId = "", images] of words) {
        if (removed.has(attemptId)) continue;
        const record = records.get(attemptId);
        if (!record) throw new Error(`${attemptId} was begun and never removed, and is gone`);
        if (what !== "kept") continue;
        counts.kept += 1;
        expect(record).toMatchObject({ state: "received", costMicroUsd: 4000 });
        expect(record.images).toHaveLength(Number(images));
      }
      for (const record of records.values()) {
        if (record.state !== "received") counts.unfinished += 1;
        // Rejects for a file that is missing or not what was received.
        const images = await record.readImages();
        expect(images).toHaveLength(record.state === "received" ? record.positions.length : 0);
        await journal.remove(record.attemptId);
      }
    }
    // The kills did hit both kinds of moment.
    expect(counts.kept).toBeGreaterThan(0);
    expect(counts.unfinished).toBeGreaterThan(0);
  },
);
