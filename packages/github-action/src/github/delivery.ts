import { createHash } from "node:crypto";
import type { Repository } from "./github-client.ts";

/** A file to deliver, by its path from the repository's root (POSIX, no leading slash). */
export interface DeliveryFile {
  path: string;
  bytes: Uint8Array;
  /** Files of one group (an image and its lock entry) are delivered together or not at all. */
  group: string;
  /** Left out without a word when others delivered their own meanwhile: theirs is as good. */
  isExpendable?: boolean | undefined;
}

/** What goes into the commit, and where it came from. */
export interface Delivery extends Repository {
  /** Without `refs/heads/`; checked before use. */
  branch: string;
  /** The commit that the files were made from: tells what others changed since. */
  baseSha: string;
  files: readonly DeliveryFile[];
  headline: string;
  /** Text below the headline; may be empty. */
  body: string;
}

/** How the commit was made. */
export type Transport = "graphql" | "rest" | "push";

/** One commit to try on top of `headSha`. */
export interface CommitTry {
  delivery: Delivery;
  headSha: string;
  headTreeSha: string;
  write: readonly DeliveryFile[];
}

/** What a try gave: a commit, a lost race, or word that this transport is not to be had here. */
export type CommitTryResult =
  | { status: "committed"; sha: string; verified: boolean | undefined }
  | { status: "moved"; cause: unknown }
  | { status: "not_available" };

/** How a delivery ended. */
export type DeliveryResult =
  | {
      status: "committed";
      sha: string;
      transport: Transport;
      /** Whether GitHub signed the commit; undefined when it did not say. */
      verified: boolean | undefined;
      paths: readonly string[];
      /** Paths that others changed since `baseSha`: their groups were left out. */
      diverged: readonly string[];
      /** Times that another commit came first. */
      lostRaces: number;
    }
  /** The branch has these very bytes already. */
  | { status: "unchanged"; sha: string }
  /** Others changed these paths since `baseSha`, and nothing else was left to commit. */
  | { status: "diverged"; sha: string; paths: readonly string[] };

/** Git's id of a blob with these bytes. */
export function blobId(bytes: Uint8Array): string {
  return createHash("sha1").update(`blob ${bytes.byteLength}\0`).update(bytes).digest("hex");
}

/**
 * What has to be written on top of a head, given blob ids by path of the base and of the head. A group with a path
 * that others changed to something else is left out whole.
 */
export function compareWithHead(
  files: readonly DeliveryFile[],
  base: ReadonlyMap<string, string>,
  head: ReadonlyMap<string, string>,
): { write: readonly DeliveryFile[]; diverged: readonly string[] } {
  const differing = files.filter((file) => head.get(file.path) !== blobId(file.bytes));
  const changedByOthers = differing.filter((file) => head.get(file.path) !== base.get(file.path));
  const leftOut = new Set(changedByOthers.map((file) => file.group));
  return {
    write: differing.filter((file) => !leftOut.has(file.group)),
    diverged: changedByOthers.filter(({ isExpendable }) => isExpendable !== true).map((file) => file.path),
  };
}
