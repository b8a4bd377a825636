import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { temporaryWorkspace } from "../../../test/temporary-workspace.ts";
import { acquireWorkspaceLock, type LockHolder } from "./workspace-lock.ts";

const CHILD = fileURLToPath(new URL("../../../test/hold-workspace-lock.ts", import.meta.url));

/** Another process that holds the lock. */
async function holdElsewhere(root: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, ["--conditions=source", CHILD, root], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

test("only one run at a time; the next one gets the lock when it is given back", async () => {
  const { root } = temporaryWorkspace();
  const first = await acquireWorkspaceLock({ root, run: "one", waitMs: 0 });
  await expect(acquireWorkspaceLock({ root, run: "two", waitMs: 0 })).rejects.toMatchObject({ code: "unavailable" });
  await first.release();
  await first.release();
  const second = await acquireWorkspaceLock({ root, run: "two", waitMs: 0 });
  expect(second.earlierRuns).toEqual([]);
  await second.release();
});

test("a waiting run is told for whom it waits, and goes on when that process is killed", async () => {
  const { root } = temporaryWorkspace();
  const child = await holdElsewhere(root);
  await expect(acquireWorkspaceLock({ root, run: "two", waitMs: 0 })).rejects.toThrow(
    new RegExp(
      `^Another run is working in this folder \\(process ${child.pid}, \`artdesk generate\`, since 20.*\\)\\. Wait until it is done`,
    ),
  );
  const holders: (LockHolder | undefined)[] = [];
  const waiting = acquireWorkspaceLock({ root, run: "two", waitMs: 60_000, onWait: (holder) => holders.push(holder) });
  await expect.poll(() => holders.length).toBe(1);
  child.kill("SIGKILL");
  const lock = await waiting;
  expect(holders).toMatchObject([{ pid: child.pid, command: "artdesk generate", run: "run-of-child" }]);
  expect(lock.earlierRuns).toEqual(["run-of-child"]);
  await lock.release();
});

test("dead runs are named until somebody says that their books are closed", async () => {
  const { root } = temporaryWorkspace();
  const child = await holdElsewhere(root);
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
  const second = await acquireWorkspaceLock({ root, run: "two", waitMs: 0 });
  expect(second.earlierRuns).toEqual(["run-of-child"]);
  await second.release({ unfinished: true });
  const third = await acquireWorkspaceLock({ root, run: "three", waitMs: 0 });
  expect(third.earlierRuns).toEqual(["run-of-child", "two"]);
  await third.forgetEarlierRuns();
  await third.release({ unfinished: true });
  const fourth = await acquireWorkspaceLock({ root, run: "four", waitMs: 0 });
  expect(fourth.earlierRuns).toEqual(["three"]);
  await fourth.release();
  const fifth = await acquireWorkspaceLock({ root, run: "five", waitMs: 0 });
  expect(fifth.earlierRuns).toEqual([]);
  await fifth.release();
});

test("a waiting run can be stopped", async () => {
  const { root } = temporaryWorkspace();
  const lock = await acquireWorkspaceLock({ root, run: "one", waitMs: 0 });
  const controller = new AbortController();
  const waiting = acquireWorkspaceLock({
    root,
    run: "two",
    waitMs: 60_000,
    onWait: () => controller.abort(),
    signal: controller.signal,
  });
  await expect(waiting).rejects.toMatchObject({ code: "aborted" });
  await lock.release();
});

test("a damaged lock file is named, a linked one is not opened", async () => {
  const { root } = temporaryWorkspace({ ".artdesk/run.sqlite": "garbage ".repeat(1000) });
  await expect(acquireWorkspaceLock({ root, run: "one", waitMs: 0 })).rejects.toThrow(
    ".artdesk/run.sqlite is damaged. Delete it; it holds nothing.",
  );
  const { root: hostile, outside } = temporaryWorkspace({ ".artdesk/x": "" });
  symlinkSync(join(outside, "new.sqlite"), join(hostile, ".artdesk/run.sqlite"));
  await expect(acquireWorkspaceLock({ root: hostile, run: "one", waitMs: 0 })).rejects.toThrow(
    "The path `.artdesk/run.sqlite` is a symbolic link.",
  );
  expect(readdirSync(outside)).toEqual(["secret.png"]);
});

test("the note on the holder is only for people: nonsense in it changes nothing", async () => {
  const { root } = temporaryWorkspace();
  const lock = await acquireWorkspaceLock({ root, run: "one", waitMs: 0 });
  writeFileSync(join(root, ".artdesk/run.sqlite-holder.json"), "{");
  await expect(acquireWorkspaceLock({ root, run: "two", waitMs: 0 })).rejects.toThrow(
    "Another run is working in this folder. Wait",
  );
  await lock.release();
});
