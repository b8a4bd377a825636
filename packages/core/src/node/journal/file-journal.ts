import { hash, randomBytes } from "node:crypto";
import { mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { ArtdeskError } from "../../basics/errors.ts";
import type { Journal, JournalEntry, JournalImage } from "../../basics/ports.ts";
import { ensureArtdeskFolder } from "../files/artdesk-folder.ts";
import { MAX_IMAGE_FILE_BYTES, readOwnFile, syncFolder } from "../files/guarded-file.ts";
import { guardOwnPath, isSystemError } from "../files/path-guard.ts";
import { type AttemptNote, type KeptImage, parseAttemptNote } from "./attempt-note.ts";

const JOURNAL_FOLDER = ".artdesk/journal";
const KEPT_FOLDER = ".artdesk/recovered";
const NOTE_NAME = "attempt.json";
const MAX_NOTE_BYTES = 1_000_000;
const NEW_PREFIX = ".new-";
const REMOVED_PREFIX = ".removed-";

/** An attempt that some run left in the journal. */
export interface JournalRecord extends JournalEntry {
  /** `received`: all its images are complete on disk. */
  state: "in_flight" | "submitted" | "received";
  /** The provider's job id, once it is known. */
  requestId: string | undefined;
  /** What the received images cost. Micro-USD. */
  costMicroUsd: number | undefined;
  /** What the ledger knows: `settled` (images wait only for delivery), `unknown`, or undefined for nothing yet. */
  outcome: "settled" | "unknown" | undefined;
  /** Received images, without their bytes. */
  images: readonly { index: number; mediaType: string; sha256: string }[];
  /** Reads the images. Throws `bad_response` when a file is not what was received. */
  readImages: () => Promise<JournalImage[]>;
}

/** A journal on disk that the next run can read. */
export interface FileJournal extends Journal {
  /** What earlier runs left, oldest first. Call it while holding the workspace's lock. */
  pending(): Promise<JournalRecord[]>;
  /** Received images that wait to be enlarged. Reads only, so that no lock is needed. */
  bases(): Promise<JournalRecord[]>;
  /** Folder of an attempt's received images, relative to the workspace; undefined when none are kept. */
  keptIn(attemptId: string): string | undefined;
  /** Moves an attempt's images out of the journal, where no run deletes them. @returns the folder, relative to the workspace */
  setAside(attemptId: string): Promise<string>;
  /**
   * Forgets an attempt whose images are delivered. One whose outcome never reached the ledger stays, so that the next
   * run settles it.
   */
  delivered(attemptId: string): Promise<void>;
  /** Forgets an attempt: its images are delivered and settled, or its unknown outcome is in the ledger. */
  remove(attemptId: string): Promise<void>;
}

/**
 * Keeps the journal under `.artdesk/journal/<attemptId>/`: `attempt.json` and the images `0.png`, `1.png`, ...
 *
 * Each step is one rename after its bytes are flushed, so a crash leaves no record, an earlier state, or the complete
 * new one; images are on disk before the state says `received`. A settled attempt with images stays until `remove`,
 * so that a crash between settling and delivery loses nothing; all others end with `end`, except unknown ones.
 */
export function createFileJournal(root: string): FileJournal {
  let prepared: Promise<string> | undefined;
  const folderOf = (attemptId: string): string => {
    if (!/^[A-Za-z0-9-]{1,100}$/.test(attemptId))
      throw new RangeError("an attempt id is 1 to 100 letters, digits and dashes");
    return guardOwnPath({ root, path: `${JOURNAL_FOLDER}/${attemptId}/${NOTE_NAME}` }).folder;
  };
  const update = async (attemptId: string, change: (note: AttemptNote) => AttemptNote): Promise<void> => {
    const folder = folderOf(attemptId);
    const note = readNote(root, attemptId);
    if (!note) throw new RangeError(`the attempt ${attemptId} is not in the journal`);
    await writeDurably(folder, NOTE_NAME, serialize(change(note)));
    await syncFolder(folder);
  };
  const remove = async (attemptId: string): Promise<void> => {
    const folder = folderOf(attemptId);
    const removed = join(folder, "..", `${REMOVED_PREFIX}${attemptId}-${randomBytes(4).toString("hex")}`);
    try {
      await rename(folder, removed);
    } catch (error) {
      if (isSystemError(error) && error.code === "ENOENT") return;
      throw error;
    }
    await syncFolder(join(folder, ".."));
    await rm(removed, { recursive: true, force: true });
  };
  return {
    begin: async (entry) => {
      const folder = folderOf(entry.attemptId);
      const journalFolder = await (prepared ??= makeJournalFolder(root));
      const fresh = join(journalFolder, `${NEW_PREFIX}${entry.attemptId}-${randomBytes(4).toString("hex")}`);
      await mkdir(fresh);
      await writeDurably(fresh, NOTE_NAME, serialize({ ...entry, state: "in_flight", images: [] }));
      await syncFolder(fresh);
      await rename(fresh, folder);
      await syncFolder(journalFolder);
    },
    submitted: (attemptId, requestId) => update(attemptId, (note) => ({ ...note, state: "submitted", requestId })),
    keep: async (attemptId, images, costMicroUsd, requestId) => {
      const folder = folderOf(attemptId);
      for (const image of images) await writeDurably(folder, fileNameOf(image), image.bytes);
      await syncFolder(folder);
      const kept = images.map((image) => ({
        index: image.index,
        mediaType: image.mediaType,
        sha256: image.sha256,
        file: fileNameOf(image),
      }));
      await update(attemptId, (note) => ({
        ...note,
        state: "received",
        costMicroUsd,
        requestId: requestId ?? note.requestId,
        images: kept,
      }));
    },
    keepExtras: async (attemptId, images) => {
      folderOf(attemptId);
      const kept = `${KEPT_FOLDER}/${attemptId}-extras`;
      const { folder } = guardOwnPath({ root, path: `${kept}/entry`, create: true });
      for (const image of images) await writeDurably(folder, fileNameOf(image), image.bytes);
      await syncFolder(folder);
      return kept;
    },
    end: async (attemptId, outcome) => {
      const note = readNote(root, attemptId);
      if (!note) return;
      const isFinished = outcome === "released" || (outcome === "settled" && note.images.length === 0);
      await (isFinished ? remove(attemptId) : update(attemptId, (current) => ({ ...current, outcome })));
    },
    pending: () => readRecords(root, removeUnfinished),
    bases: async () => {
      const records = await readRecords(root);
      return records.filter(({ enlarge, state }) => enlarge !== undefined && state === "received");
    },
    keptIn: (attemptId) => {
      const note = readNote(root, attemptId);
      return note?.state === "received" ? `${JOURNAL_FOLDER}/${attemptId}` : undefined;
    },
    delivered: async (attemptId) => {
      if (readNote(root, attemptId)?.outcome !== undefined) await remove(attemptId);
    },
    setAside: async (attemptId) => {
      const kept = `${KEPT_FOLDER}/${attemptId}`;
      const { folder: keptFolder } = guardOwnPath({ root, path: `${KEPT_FOLDER}/entry`, create: true });
      await rename(folderOf(attemptId), join(keptFolder, attemptId));
      await syncFolder(keptFolder);
      return kept;
    },
    remove,
  };
}

/** What a run that ended left half made or half removed. */
async function removeUnfinished(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}

async function readRecords(root: string, onUnfinished?: (folder: string) => Promise<void>): Promise<JournalRecord[]> {
  const journalFolder = guardOwnPath({ root, path: `${JOURNAL_FOLDER}/entry` }).folder;
  const records: JournalRecord[] = [];
  for (const name of await namesIn(journalFolder)) {
    const folder = join(journalFolder, name);
    if (name.startsWith(REMOVED_PREFIX) || name.startsWith(NEW_PREFIX)) {
      await onUnfinished?.(folder);
      continue;
    }
    const note = readNote(root, name);
    if (!note) continue;
    const { images, requestId, costMicroUsd, outcome, ...entry } = note;
    records.push({
      ...entry,
      requestId,
      costMicroUsd,
      outcome,
      images: images.map(({ index, mediaType, sha256 }) => ({ index, mediaType, sha256 })),
      readImages: async () => images.map((image) => readKeptImage(root, `${JOURNAL_FOLDER}/${name}`, image)),
    });
  }
  return records.toSorted(
    (left, right) => left.startedAtMs - right.startedAtMs || (left.attemptId < right.attemptId ? -1 : 1),
  );
}

async function makeJournalFolder(root: string): Promise<string> {
  await ensureArtdeskFolder(root);
  const { folder } = guardOwnPath({ root, path: `${JOURNAL_FOLDER}/entry`, create: true });
  await syncFolder(join(folder, ".."));
  await syncFolder(root);
  return folder;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return [];
    throw error;
  }
}

function readNote(root: string, attemptId: string): AttemptNote | undefined {
  const path = `${JOURNAL_FOLDER}/${attemptId}/${NOTE_NAME}`;
  const text = readOwnFile(root, path, { maxBytes: MAX_NOTE_BYTES })?.toString("utf8");
  if (text === undefined) return undefined;
  const note = parseAttemptNote(text);
  if (note?.attemptId === attemptId) return note;
  throw new ArtdeskError({
    code: "bad_response",
    shortMessage: `The journal note ${path} is damaged.`,
    hint: "Look at the images beside it, then delete its folder.",
  });
}

function readKeptImage(root: string, folder: string, image: KeptImage): JournalImage {
  const { index, mediaType, sha256, file } = image;
  const bytes = readOwnFile(root, `${folder}/${file}`, { maxBytes: MAX_IMAGE_FILE_BYTES });
  if (bytes && hash("sha256", bytes, "hex") === sha256) return { index, mediaType, sha256, bytes };
  throw new ArtdeskError({
    code: "bad_response",
    shortMessage: `The received image ${folder}/${file} is ${bytes ? "damaged" : "missing"}.`,
    hint: "It was paid for: look at its folder before you delete it.",
    billed: "yes",
  });
}

function serialize(note: AttemptNote): string {
  return `${JSON.stringify(note, null, 2)}\n`;
}

function fileNameOf(image: JournalImage): string {
  const extensions: Readonly<Record<string, string>> = {
    "image/jpeg": "jpg",
    "image/webp": "webp",
    "image/avif": "avif",
    "application/octet-stream": "bin",
  };
  const extension = extensions[image.mediaType] ?? "png";
  return `${image.index}.${extension}`;
}

/** Writes beside the target, flushes, renames. The caller flushes the folder. */
async function writeDurably(folder: string, name: string, content: Uint8Array | string): Promise<void> {
  const temporaryPath = join(folder, `.${name}-${randomBytes(4).toString("hex")}.tmp`);
  const handle = await open(temporaryPath, "wx", 0o644);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporaryPath, join(folder, name));
}
