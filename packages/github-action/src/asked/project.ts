import { existsSync, readdirSync, realpathSync } from "node:fs";
import { relative, resolve, sep } from "node:path";
import { ArtdeskError } from "@artdesk/core";
import { openWorkspace, type Workspace } from "@artdesk/core/node";
import type { ActionInputs, Mode, Shard } from "./inputs.ts";
import { findRepository, type RepositoryFolder } from "./repository-folder.ts";

/** Where the listed assets of a workspace stand, as the workspace tells it. */
export type Listing = Awaited<ReturnType<Workspace["listStatuses"]>>;
export type ListedAsset = Listing["assets"][number];

/** The prompt files of this run. */
export interface Project {
  workspace: Workspace;
  /** Absolute path of the runner's workspace. */
  checkout: string;
  /** The repository in it that the project belongs to. */
  repository: RepositoryFolder;
  listing: Listing;
  /** What core is asked to work on; undefined when this shard has nothing. */
  paths: readonly string[] | undefined;
  /** A workspace's path as seen from the repository's root. */
  repositoryPath: (path: string) => string;
  /** Stale images that are not listed, because another run makes them just now. */
  leftToOthers?: number | undefined;
}

/**
 * Opens the project inside the checkout and finds out where its images stand. Calls nobody.
 * @throws {ArtdeskError} `invalid_request` for a folder outside the checkout or a broken configuration
 */
export async function openProject(inputs: ActionInputs, checkout: string): Promise<Project> {
  requireCheckout(checkout);
  const folder = relative(checkout, resolve(checkout, inputs.workingDirectory));
  requireInside(checkout, resolve(checkout, folder), "working-directory", inputs.workingDirectory);
  if (inputs.config !== undefined)
    requireInside(checkout, resolve(checkout, folder, inputs.config), "config", inputs.config);
  const workspace = await openWorkspace({
    cwd: resolve(checkout, folder),
    config: inputs.config,
    ceiling: checkout,
  });
  const listing = await workspace.listStatuses(inputs.prompts);
  // The workspace may begin above the folder that the workflow names, where artdesk.yml lies.
  const prompts = inputs.prompts && workspace.fromRoot(inputs.prompts);
  const repository = findRepository(workspace.root, checkout);
  const inside = relative(repository.root, workspace.root).split(sep).join("/");
  const prefix = inside === "" ? "" : `${inside}/`;
  const project = { workspace, checkout, repository, repositoryPath: (path: string) => `${prefix}${path}` };
  if (!inputs.shard) return { ...project, listing, paths: prompts };
  const files = filesOfShard(listing, inputs.shard);
  const assets = listing.assets.filter(({ asset }) => files.includes(asset.file));
  const problems = inputs.shard.index === 1 ? listing.problems : [];
  return { ...project, listing: { assets, orphans: [], problems }, paths: files.length === 0 ? undefined : files };
}

function requireCheckout(checkout: string): void {
  if (existsSync(checkout) && readdirSync(checkout).length > 0) return;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: "The workspace is empty: nothing was checked out.",
    hint: "Put a step with `uses: actions/checkout` before this one.",
  });
}

/** Also where a pull request has put a symbolic link in the place of a folder or file that the workflow names. */
function requireInside(checkout: string, path: string, input: string, value: string): void {
  const isBelow = (folder: string, place: string): boolean => !/^\.\.(\/|\\|$)/.test(relative(folder, place));
  const isPlain =
    !existsSync(path) || relative(realpathSync(checkout), realpathSync(path)) === relative(checkout, path);
  if (isBelow(checkout, path) && isPlain) return;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `\`${input}\` ${JSON.stringify(value)} is outside of the checkout or a symbolic link.`,
    hint: "Give a path inside the repository.",
  });
}

/** Whether core would make it: what a person edited by hand is left alone. */
export function isStale({ status }: Pick<ListedAsset, "status">): boolean {
  return status !== "unchanged" && status !== "edited_output";
}

/** Whether there is anything for core to plan or make. */
export function hasWork({ listing, paths }: Project, mode: Mode): boolean {
  if (paths === undefined) return false;
  const counts = mode === "check" ? ({ status }: ListedAsset) => status !== "unchanged" : isStale;
  return listing.problems.length > 0 || listing.assets.some(counts);
}

const FILES_PER_SHARD = 10;
const MAX_SHARDS = 20;

/** Shards that a matrix should run, `["1/2", "2/2"]`; none when nothing is stale. */
export function shardsOf(listing: Listing): readonly string[] {
  const files = staleFiles(listing).length;
  const count = Math.min(MAX_SHARDS, Math.ceil(files / FILES_PER_SHARD));
  return Array.from({ length: count }, (_, index) => `${index + 1}/${count}`);
}

function filesOfShard(listing: Listing, { index, of }: Shard): readonly string[] {
  return staleFiles(listing).filter((_, position) => position % of === index - 1);
}

function staleFiles(listing: Listing): readonly string[] {
  const files = new Set(listing.assets.filter(isStale).map(({ asset }) => asset.file));
  return [...files].toSorted((left, right) => (left < right ? -1 : 1));
}
