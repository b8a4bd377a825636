import { randomUUID } from "node:crypto";
import { ArtdeskError, type LedgerStore, type VersionedValue } from "@artdesk/core";
import { blobId } from "../github/delivery.ts";
import { createGitData } from "../github/git-data.ts";
import { isForbidden, messageOf, statusOf, type GitHubClient, type Repository } from "../github/github-client.ts";
import { limitError } from "../github/limit-error.ts";
import { backOff, systemTiming, type Timing } from "../github/timing.ts";

export const LEDGER_REF = "heads/artdesk/ledger";

export interface GitRefLedgerOptions extends Repository {
  client: GitHubClient;
  /** Without `refs/`. @default "heads/artdesk/ledger" */
  ref?: string | undefined;
  /**
   * How long what was seen may stand in for a look, in milliseconds. An older truth never spends twice: a write on it
   * is refused, and the ref is looked at again. @default 0
   */
  freshForMs?: number | undefined;
  timing?: Timing | undefined;
}

/** The ref as last seen. */
interface Snapshot {
  headSha: string;
  treeSha: string;
  /** Blob id per path. */
  files: ReadonlyMap<string, string>;
}

/** Lost races that one write rides out while its own key is untouched. */
const MAX_LOST_RACES = 40;
/** Refusals of an update although nobody else moved the ref: then it is a rule, not a race. */
const MAX_REFUSALS_WITHOUT_A_RACE = 3;

const FRESH_FOR_MS = 2_000;
const stores = new WeakMap<GitHubClient, LedgerStore>();

/** The one store of a run: its claims and its books stand on the same ref. */
export function ledgerOfRun(client: GitHubClient, { owner, repo }: Repository): LedgerStore {
  const store = stores.get(client) ?? createGitRefLedgerStore({ client, owner, repo, freshForMs: FRESH_FOR_MS });
  stores.set(client, store);
  return store;
}

/**
 * Keeps the ledger on a git ref of its own, without a file in the working branch and without git: one file per key,
 * one commit per write, compare-and-swap by GitHub's refusal of an update that is no fast-forward.
 *
 * A file has two lines: the id of the write that made it, then the value. So a file's blob id is new with every
 * write and serves as the version, and two runs that write the same text never make the same commit.
 *
 * Methods reject with `unavailable` when GitHub cannot be reached or the token may not write.
 */
export function createGitRefLedgerStore(options: GitRefLedgerOptions): LedgerStore {
  const timing = options.timing ?? systemTiming;
  const ref = options.ref ?? LEDGER_REF;
  const git = createGitData(options.client, options);
  const freshForMs = options.freshForMs ?? 0;
  let last: Snapshot | undefined;
  let seenAtMs = -Infinity;
  let queue: Promise<unknown> = Promise.resolve();

  async function look(): Promise<Snapshot | undefined> {
    const headSha = await git.head(ref);
    seenAtMs = performance.now();
    if (headSha === undefined) return (last = undefined);
    if (last?.headSha === headSha) return last;
    const { treeSha } = await git.commit(headSha);
    const entries = await git.wholeTree(treeSha);
    const files = new Map(entries.filter((entry) => entry.type === "blob").map((entry) => [entry.path, entry.sha]));
    return (last = { headSha, treeSha, files });
  }

  async function read(key: string): Promise<VersionedValue | undefined> {
    const isFresh = freshForMs > 0 && performance.now() - seenAtMs < freshForMs;
    const version = (isFresh ? last : await look())?.files.get(pathOf(key));
    return version === undefined ? undefined : { value: valueIn(await git.blob(version)), version };
  }

  async function write(key: string, value: string, version: string | undefined): Promise<"ok" | "conflict"> {
    const path = pathOf(key);
    const text = `${JSON.stringify({ write: randomUUID() })}\n${value}\n`;
    const ours = blobId(Buffer.from(text));
    // What the caller read is most often still the truth: try on it first, look again only after a refusal.
    let seen = last?.files.get(path) === version && last !== undefined ? last : await look();
    let refusals = 0;
    for (let attempt = 0; attempt < MAX_LOST_RACES; attempt += 1) {
      if (seen?.files.get(path) !== version) return conflict();
      const refused = await tryWrite(seen, path, text, ours);
      if (refused === undefined) return "ok";
      await backOff(timing, attempt);
      const now = await look();
      if (now?.files.get(path) === ours) return "ok";
      refusals = now?.headSha === seen?.headSha ? refusals + 1 : 0;
      if (refusals >= MAX_REFUSALS_WITHOUT_A_RACE) throw refusedByRule(ref, refused);
      seen = now;
    }
    return conflict();
  }

  /** Whoever hears it reads again, and then the newest truth. */
  function conflict(): "conflict" {
    seenAtMs = -Infinity;
    return "conflict";
  }

  /** One try on top of `seen`. Gives the refusal when the ref did not take it. */
  async function tryWrite(seen: Snapshot | undefined, path: string, text: string, blob: string): Promise<unknown> {
    const treeSha = await git.createTree(seen?.treeSha, [{ path, text }]);
    const message = `Ledger: ${path}\n\n${blob}`;
    const commit = await git.createCommit(message, treeSha, seen === undefined ? [] : [seen.headSha]);
    try {
      await (seen === undefined ? git.createRef(ref, commit.sha) : git.updateRef(ref, commit.sha));
    } catch (error) {
      if (mayBeARace(error)) return error;
      throw error;
    }
    seenAtMs = performance.now();
    last = { headSha: commit.sha, treeSha, files: new Map(seen?.files).set(path, blob) };
    git.rememberBlob(blob, Buffer.from(text));
    return undefined;
  }

  /** One after the other within this process: its own calls never race each other. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work, work).catch((error: unknown) => {
      last = undefined;
      seenAtMs = -Infinity;
      throw asUnavailable(error, ref);
    });
    queue = result.catch(() => undefined);
    return result;
  }

  return {
    read: (key) => inTurn(() => read(key)),
    write: (key, value, version) => inTurn(() => write(key, value, version)),
  };
}

/** 422: not a fast-forward, or the ref exists already. 409: the ref is locked by another update. 5xx or no reply: unknown. */
function mayBeARace(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined || status === 409 || status === 422 || status >= 500;
}

/**
 * A key as a path: `artdesk/v1/2026-11` becomes `artdesk/v1/2026-11.jsonl`. Letters, digits and dashes stay, anything
 * that could mean something to git or be confused with another key is percent-encoded.
 */
function pathOf(key: string): string {
  const folders = key.split("/").map((part) => (part === "" ? "%" : encodeURIComponent(part).replaceAll(".", "%2E")));
  return `${folders.join("/")}.jsonl`;
}

function valueIn(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  return text.slice(text.indexOf("\n") + 1, -1);
}

function refusedByRule(ref: string, cause: unknown): ArtdeskError {
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `GitHub does not let this run update the ledger at refs/${ref}: ${messageOf(cause)}.`,
    hint: `Exclude refs/${ref} from rulesets and branch protection.`,
    status: statusOf(cause),
    cause,
  });
}

function asUnavailable(error: unknown, ref: string): ArtdeskError {
  if (error instanceof ArtdeskError) return error;
  const limited = limitError(error);
  if (limited) return limited;
  const forbidden = isForbidden(error);
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: forbidden
      ? `The token may not write the ledger at refs/${ref}.`
      : `The ledger at refs/${ref} cannot be reached: ${messageOf(error)}.`,
    hint: forbidden
      ? "Give the job `permissions: contents: write`; runs from forks never have it and only plan."
      : "See githubstatus.com, then run the job again: nothing was charged without a ledger.",
    status: statusOf(error),
    cause: error,
  });
}
