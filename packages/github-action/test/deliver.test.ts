import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { readEventContext } from "../src/asked/event-context.ts";
import { createRedact } from "../src/asked/redact.ts";
import { deliver, type DeliveryJob } from "../src/deliver/deliver.ts";
import type { GitHubClient } from "../src/github/github-client.ts";
import { sampleAsset, sampleReport } from "./harness/report-samples.ts";
import { asset } from "./harness/repository.ts";

const folder = mkdtempSync(join(tmpdir(), "artdesk-deliver-"));
afterAll(() => rmSync(folder, { recursive: true }));

const forbidding: GitHubClient = {
  request: () => Promise.reject(Object.assign(new Error("Resource not accessible by integration"), { status: 403 })),
  graphql: () => Promise.reject(Object.assign(new Error("Forbidden"), { status: 403 })),
};

function job(deliverTo: DeliveryJob["inputs"]["deliver"]): DeliveryJob {
  const env = { GITHUB_REPOSITORY: "octocat/demo", GITHUB_EVENT_NAME: "push", GITHUB_REF: "refs/heads/main" };
  return {
    inputs: {
      mode: "generate",
      deliver: deliverTo,
      prompts: [],
      config: undefined,
      policy: undefined,
      urgency: undefined,
      budgetMonthMicroUsd: undefined,
      budgetRunMicroUsd: undefined,
      keys: {},
      githubToken: "ghs_0123456789",
      comment: "auto",
      commentId: "default",
      ledger: undefined,
      shard: undefined,
      workingDirectory: ".",
      allowPullRequestTarget: false,
      allowEvents: [],
    },
    event: readEventContext(env),
    files: asset("hero"),
    model: sampleReport("generate", [sampleAsset("hero", { state: "generated", costMicroUsd: 40_000 })]),
    client: () => Promise.resolve(forbidding),
    redact: createRedact([]),
    env,
    folder,
    contactSheet: undefined,
    log: () => undefined,
  };
}

it.each(["commit", "pull-request"] as const)(
  "keeps paid images in a folder when `%s` is refused",
  async (deliverTo) => {
    const delivered = await deliver(job(deliverTo));
    expect(delivered).toMatchObject({ incomplete: true, commitSha: undefined, artifact: join(folder, "artifact") });
    expect(delivered.notes.join(" ")).toContain("contents: write");
    expect(readFileSync(join(folder, "artifact/docs/hero.png"))).toEqual(Buffer.from(asset("hero")[0]?.bytes ?? []));
    expect(readFileSync(join(folder, "artifact/.artdesk/lock/hero.json"), "utf8")).toContain("hero");
  },
);
