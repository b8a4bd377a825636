import { existsSync, realpathSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import type { Obstacle } from "../github/push-obstacle.ts";
import type { Repository } from "../github/github-client.ts";
import type { DeliverTo } from "./inputs.ts";
import { askLocalGit } from "./local-git.ts";
import { isStale, type Project } from "./project.ts";
import { foldersUpTo } from "./repository-folder.ts";

/** Where the image of one asset would lie, and its lock entry. From the repository's root. */
interface Place {
  output: string;
  lock: string;
}

/** The repository that the workflow runs for. */
export interface Destination extends Repository {
  serverUrl: string;
}

/**
 * Looks, for nothing, whether the images that this run would make can be committed from this checkout: the right
 * repository, none that lies inside of it, not ignored, not kept by a filter such as that for large files.
 */
export async function pathObstacle(
  project: Project,
  destination: Destination,
  deliver: DeliverTo,
): Promise<Obstacle | undefined> {
  if (deliver === "none") return undefined;
  const { repository, workspace, repositoryPath, listing } = project;
  const places = listing.assets
    .filter(isStale)
    .map(({ asset }) => ({ output: repositoryPath(asset.output), lock: repositoryPath(workspace.lockPath(asset.id)) }));
  const ignored = await ignoredPlace(repository.root, places);
  if (ignored || deliver === "artifact") return ignored;
  return (
    (await foreignRepository(project, destination)) ??
    (await nestedPlace(repository.root, places)) ??
    (await filteredPlace(repository.root, places))
  );
}

/** A checkout of another repository, or a submodule: what lies in it is not committed to the one of the run. */
async function foreignRepository(
  { repository, checkout }: Project,
  { owner, repo, serverUrl }: Destination,
): Promise<Obstacle | undefined> {
  const { stdout } = await askLocalGit(repository.root, ["config", "--get", "remote.origin.url"]);
  const [, host, name] = /^(?:\w+:\/\/)?(?:[^@/]*@)?([^/:]+)(?::\d+)?[/:](.+?)(?:\.git)?\/?$/.exec(stdout.trim()) ?? [];
  const isOurs = name?.toLowerCase() === `${owner}/${repo}`.toLowerCase();
  const folder = relative(realpathSync(checkout), repository.root) || ".";
  const remedy = "check out this repository, or use `deliver: artifact` and deliver them yourself";
  if (host === new URL(serverUrl).hostname && !isOurs)
    return { why: `${folder} is a checkout of ${name}, and this run commits to ${owner}/${repo}`, remedy };
  return repository.inside !== undefined && !isOurs
    ? { why: `${folder} is a submodule or another repository, and this run commits to ${owner}/${repo}`, remedy }
    : undefined;
}

async function nestedPlace(root: string, places: readonly Place[]): Promise<Obstacle | undefined> {
  const { stdout } = await askLocalGit(root, ["ls-files", "--stage", "-z"]);
  const submodules = stdout
    .split("\0")
    .flatMap((line) => (line.startsWith("160000 ") ? [line.slice(line.indexOf("\t") + 1)] : []));
  for (const { output } of places) {
    const inside = submodules.find((path) => output.startsWith(`${path}/`)) ?? nestedRepository(root, output);
    if (inside === undefined) continue;
    return {
      why: `${output} lies in ${inside}, a submodule or another repository`,
      remedy: "give the prompt file an `output` outside of it, or run in the repository that it belongs to",
    };
  }
  return undefined;
}

/** A folder between the root and the file that is a repository of its own. */
function nestedRepository(root: string, path: string): string | undefined {
  let folder = dirname(join(root, path));
  while (!existsSync(folder)) folder = dirname(folder);
  const nested = foldersUpTo(realpathSync(folder), root).find((at) => at !== root && existsSync(join(at, ".git")));
  return nested === undefined ? undefined : relative(root, nested).split(sep).join("/");
}

/** An image is found by git when it, or its lock entry, is not ignored. Files that are tracked never are. */
async function ignoredPlace(root: string, places: readonly Place[]): Promise<Obstacle | undefined> {
  const paths = places.flatMap(({ output, lock }) => [output, lock]);
  const { stdout } = await askLocalGit(root, ["check-ignore", "--verbose", "-z", "--stdin"], `${paths.join("\0")}\0`);
  const rules = new Map<string, string>();
  const fields = stdout.split("\0");
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [source = "", line = "", pattern = "", path = ""] = fields.slice(at, at + 4);
    if (!pattern.startsWith("!")) rules.set(path, `${source}:${line} (${pattern})`);
  }
  const found = places.find(({ output, lock }) => rules.has(output) && rules.has(lock));
  if (!found) return undefined;
  return {
    why: `${found.output} and its lock entry are ignored by git: ${rules.get(found.output)}, ${rules.get(found.lock)}`,
    remedy: `take ${found.lock.slice(0, found.lock.indexOf("/lock/"))}/lock out of .gitignore (\`!.artdesk/lock/\`)`,
  };
}

async function filteredPlace(root: string, places: readonly Place[]): Promise<Obstacle | undefined> {
  const paths = places.flatMap(({ output, lock }) => [output, lock]);
  const { stdout } = await askLocalGit(root, ["check-attr", "-z", "--stdin", "filter"], `${paths.join("\0")}\0`);
  const fields = stdout.split("\0");
  for (let at = 0; at + 2 < fields.length; at += 3) {
    const [path = "", , filter = ""] = fields.slice(at, at + 3);
    if (["", "unspecified", "unset"].includes(filter)) continue;
    return {
      why: `.gitattributes gives ${path} the filter ${filter}, and this action commits files as they are`,
      remedy: `take its folder out (\`${dirname(path)}/** -filter -diff -merge\`), or use \`deliver: artifact\` and commit with git`,
    };
  }
  return undefined;
}
