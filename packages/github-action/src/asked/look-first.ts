import { ArtdeskError } from "@artdesk/core";
import { missingBranch, pushObstacle, type Obstacle } from "../github/push-obstacle.ts";
import type { GitHubClient } from "../github/github-client.ts";
import type { EventContext } from "./event-context.ts";
import { pullRequestBranch } from "./branch-name.ts";
import type { DeliverTo } from "./inputs.ts";
import { pathObstacle } from "./path-obstacle.ts";
import type { Project } from "./project.ts";

/**
 * The free look before the first paid call: what cannot be delivered is not bought.
 * @throws {ArtdeskError} `invalid_request` that says what is in the way and what to change
 */
export async function requireDeliverable(options: {
  project: Project;
  event: EventContext;
  deliver: DeliverTo;
  client: () => Promise<GitHubClient | undefined>;
}): Promise<void> {
  const { project, event, deliver } = options;
  const obstacle = (await pathObstacle(project, event, deliver)) ?? (await branchObstacle(options));
  if (!obstacle) return;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `Nothing was bought, because it could not be delivered: ${obstacle.why}.`,
    hint: `To make it work, ${obstacle.remedy}.`,
  });
}

async function branchObstacle({
  event,
  deliver,
  client,
}: Parameters<typeof requireDeliverable>[0]): Promise<Obstacle | undefined> {
  if ((deliver !== "commit" && deliver !== "pull-request") || event.branch === undefined) return undefined;
  const github = await client();
  if (!github) return undefined;
  const { owner, repo, branch } = event;
  const repository = { owner, repo };
  if (deliver === "commit") return pushObstacle(github, { ...repository, branch, mayCreate: false });
  return (
    (await missingBranch(github, { ...repository, branch })) ??
    pushObstacle(github, { ...repository, branch: pullRequestBranch(branch), mayCreate: true })
  );
}
