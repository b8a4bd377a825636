import { createHash } from "node:crypto";
import { ArtdeskError, type LedgerStore } from "@artdesk/core";
import type { EventContext } from "../asked/event-context.ts";
import { isStale, type ListedAsset, type Project } from "../asked/project.ts";
import { messageOf, type GitHubClient } from "../github/github-client.ts";
import { backOff, systemTiming, type Timing } from "../github/timing.ts";
import { ledgerOfRun } from "./ledger-ref.ts";

/** Where the claims stand beside the books. */
const CLAIMS_KEY = "artdesk/claims";

/** A run that ends without a word holds its claims for this long. The documented workflows end after an hour. */
export const CLAIM_MS: number = 60 * 60_000;

const MAX_TRIES = 20;

/** One prompt file on its way: who makes its images, and until when that counts. */
interface Claim {
  run: string;
  url: string;
  untilMs: number;
}

export interface ClaimOptions {
  store: LedgerStore;
  timing: Timing;
  nowMs: () => number;
  /** Branch that the images are for: the same prompt on two branches is two jobs. */
  branch: string;
  /** The workflow run, the same in each attempt of it. */
  run: string;
  runUrl: string;
}

export interface PromptClaims {
  /** The same project without the files that other runs are making. */
  without(project: Project): Project;
  /** What is left to them, in words. */
  notes: readonly string[];
  /** Gives the claims back: images that are not delivered by now may be made by the next run. */
  release(): Promise<void>;
}

/**
 * Claims the stale prompt files of a run in one write, so that runs that race for the same prompt of a branch buy its
 * images once: the others leave the file to the first.
 * @throws {ArtdeskError} `unavailable` when the store cannot be written
 */
export async function claimPrompts(project: Project, options: ClaimOptions): Promise<PromptClaims> {
  const wanted = claimKeys(project, options.branch);
  const taken = new Map<string, Claim>();
  await change(options, (claims) => {
    taken.clear();
    const untilMs = options.nowMs() + CLAIM_MS;
    for (const [file, key] of wanted) {
      const claim = claims[key];
      if (claim && claim.run !== options.run) taken.set(file, claim);
      else claims[key] = { run: options.run, url: options.runUrl, untilMs };
    }
    return taken.size < wanted.size;
  });
  const ours = [...wanted].filter(([file]) => !taken.has(file)).map(([, key]) => key);
  return {
    without: (whole) => (taken.size === 0 ? whole : withoutFiles(whole, taken)),
    notes: [...taken].map(
      ([file, { url }]) => `${project.repositoryPath(file)}: left to a run that makes it just now (${url}).`,
    ),
    release: async () => {
      await change(options, (claims) => {
        const held = ours.filter((key) => claims[key]?.run === options.run);
        for (const key of held) delete claims[key];
        return held.length > 0;
      });
    },
  };
}

/** {@link claimPrompts} on the ref of the ledger. Giving claims back never fails a run: they run out by themselves. */
export async function claimOnGitHub(options: {
  project: Project;
  event: EventContext;
  client: GitHubClient;
  /** Name of the job in the workflow. */
  job: string;
  log: (line: string) => void;
}): Promise<PromptClaims> {
  const { project, event, client, job, log } = options;
  const claims = await claimPrompts(project, {
    store: ledgerOfRun(client, event),
    timing: systemTiming,
    nowMs: () => Date.now(),
    branch: event.branch ?? "",
    run: `${event.runUrl}#${job}`,
    runUrl: event.runUrl,
  });
  const release = async (): Promise<void> => {
    try {
      await claims.release();
    } catch (error) {
      log(`The claims of this run stay for up to an hour: ${messageOf(error)}.`);
    }
  };
  return { ...claims, release };
}

/** Changes the claims by compare-and-swap; without a write when `edit` says that nothing changed. */
async function change(
  { store, timing, nowMs }: ClaimOptions,
  edit: (claims: Record<string, Claim>) => boolean,
): Promise<void> {
  for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
    const seen = await store.read(CLAIMS_KEY);
    const claims = readClaims(seen?.value, nowMs());
    if (!edit(claims)) return;
    if ((await store.write(CLAIMS_KEY, JSON.stringify(claims), seen?.version)) === "ok") return;
    await backOff(timing, attempt);
  }
  throw new ArtdeskError({
    code: "unavailable",
    shortMessage: `The claims beside the ledger were changed by others ${MAX_TRIES} times in a row.`,
    hint: "Run the job again; a `concurrency` group with `queue: max` lets runs wait for each other.",
  });
}

/** Claims that still count. Whatever is not one is dropped: claims save money, they do not guard it. */
function readClaims(text: string | undefined, nowMs: number): Record<string, Claim> {
  if (text === undefined) return {};
  const parsed: unknown = JSON.parse(text);
  const entries = typeof parsed === "object" && parsed !== null ? Object.entries(parsed) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, Claim] => isClaim(entry[1], nowMs)));
}

function isClaim(value: unknown, nowMs: number): value is Claim {
  if (typeof value !== "object" || value === null) return false;
  const { run, url, untilMs }: Partial<Record<keyof Claim, unknown>> = value;
  return typeof run === "string" && typeof url === "string" && typeof untilMs === "number" && untilMs > nowMs;
}

/** A key per stale file: another prompt, reference or branch is another key. */
function claimKeys({ listing }: Project, branch: string): Map<string, string> {
  const byFile = new Map<string, ListedAsset[]>();
  for (const state of listing.assets) {
    const { file } = state.asset;
    byFile.set(file, [...(byFile.get(file) ?? []), state]);
  }
  const keys = new Map<string, string>();
  for (const [file, states] of byFile) {
    if (!states.some(isStale)) continue;
    const parts = [branch, file, ...states.map(({ asset, fingerprint }) => `${asset.id} ${fingerprint}`)];
    keys.set(file, createHash("sha256").update(parts.join("\0")).digest("hex"));
  }
  return keys;
}

function withoutFiles(project: Project, taken: ReadonlyMap<string, unknown>): Project {
  const { listing } = project;
  const stays = ({ asset }: ListedAsset): boolean => !taken.has(asset.file);
  const assets = listing.assets.filter(stays);
  const files = new Set([
    ...assets.filter(isStale).map(({ asset }) => asset.file),
    ...listing.problems.flatMap(({ location }) => (location ? [location.file] : [])),
  ]);
  const paths = files.size === 0 ? undefined : [...files];
  const leftToOthers = listing.assets.filter((state) => isStale(state) && !stays(state)).length;
  return { ...project, listing: { ...listing, assets }, paths, leftToOthers };
}
