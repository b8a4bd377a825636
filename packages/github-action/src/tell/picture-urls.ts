import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { EventContext } from "../asked/event-context.ts";
import type { Project } from "../asked/project.ts";
import { blobId } from "../github/delivery.ts";
import { createGitData, type GitData } from "../github/git-data.ts";
import type { GitHubClient } from "../github/github-client.ts";
import type { Delivered } from "./delivered.ts";
import { imageUrl } from "./image-url.ts";
import type { ReportAsset, ReportModel } from "./report-model.ts";

/**
 * Adds the pictures: before is the pull request's base, or the commit that was pushed; after is the commit that
 * delivered. On a pull request an image that matches its prompt but not the base was made earlier on it.
 */
export async function addPictures(
  model: ReportModel,
  options: {
    event: EventContext;
    client: GitHubClient;
    project: Project;
    delivered: Pick<Delivered, "commitSha" | "paths">;
  },
): Promise<ReportModel> {
  const { event, project } = options;
  const { commitSha, paths } = options.delivered;
  const git = createGitData(options.client, event);
  const beforeSha = event.pullRequest?.baseSha ?? event.baseSha;
  const withoutPicture: ReportAsset["state"][] = ["invalid", "skipped", "submitted"];
  const shown = model.assets.filter(({ state }) => !withoutPicture.includes(state));
  const before = await blobsAt(
    git,
    beforeSha,
    shown.flatMap(({ id, output }) => [output, lockPathOf(project, id)]),
  );
  if (!before) return model;
  const assets: ReportAsset[] = [];
  for (const asset of model.assets) {
    const beforeUrl = before.has(asset.output) ? imageUrl(event, beforeSha, asset.output) : undefined;
    if (asset.state === "stale") assets.push({ ...asset, beforeUrl });
    else if (asset.state === "generated") {
      assets.push({
        ...asset,
        beforeUrl,
        afterUrl:
          commitSha !== undefined && paths.includes(asset.output)
            ? imageUrl(event, commitSha, asset.output)
            : undefined,
      });
    } else if (asset.state === "unchanged" && event.pullRequest && (await differs(project, asset.id, before))) {
      const lock = project.workspace.readLockEntry(asset.id);
      const { model: name, quality, size, costMicroUsd } = lock ?? asset;
      const afterUrl = imageUrl(event, commitSha ?? event.pullRequest.headSha, asset.output);
      const made = {
        model: name,
        quality,
        size,
        costMicroUsd,
        reasons: ["made by an earlier run on this pull request"],
      };
      assets.push({ ...asset, ...made, state: "made_earlier", beforeUrl, afterUrl });
    } else assets.push(asset);
  }
  return { ...model, assets };
}

function lockPathOf(project: Project, id: string): string {
  return project.repositoryPath(project.workspace.lockPath(id));
}

async function differs(project: Project, id: string, before: ReadonlyMap<string, string>): Promise<boolean> {
  if (project.workspace.readLockEntry(id) === undefined) return false;
  const bytes = await readFile(join(project.workspace.root, project.workspace.lockPath(id)));
  return before.get(lockPathOf(project, id)) !== blobId(bytes);
}

/** Blob ids at a commit; undefined when it cannot be read, for a report without pictures is better than none. */
async function blobsAt(
  git: GitData,
  sha: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  try {
    return await git.blobIds((await git.commit(sha)).treeSha, paths);
  } catch {
    return undefined;
  }
}
