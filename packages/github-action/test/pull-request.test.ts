import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { pullRequestBranch } from "../src/asked/branch-name.ts";
import { deliverPullRequest, type PullRequestResult } from "../src/deliver/pull-request.ts";
import type { DeliveryFile } from "../src/github/delivery.ts";
import { createOctokitClient } from "../src/github/octokit-client.ts";
import { OWNER, REPO, startGitHubEmulator, type GitHubEmulator } from "./harness/emulator.ts";
import { asset, testRepository, type TestRepository } from "./harness/repository.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let github: GitHubEmulator;
let repository: TestRepository;
let token: string;

beforeAll(async () => {
  github = await startGitHubEmulator();
  repository = testRepository(github);
  token = await github.installationToken({ contents: "write", pull_requests: "write" });
});
afterAll(() => github.close());

let bases = 0;
async function freshBase(): Promise<string> {
  const base = `release/${(bases += 1)}`;
  await repository.branch(base);
  return base;
}

const deliver = (
  base: string,
  files: DeliveryFile[],
  body = "2 images",
  withToken = token,
): Promise<PullRequestResult> =>
  deliverPullRequest({
    client: createOctokitClient(withToken, github.url),
    owner: OWNER,
    repo: REPO,
    base,
    files,
    title: "Make images",
    body,
    commitMessage: "Make images",
  });

interface Pull {
  number: number;
  state: string;
  body: string;
  head: { ref: string };
}
const pulls = (base: string): Promise<Pull[]> =>
  github.api("GET", `/repos/${OWNER}/${REPO}/pulls?state=all&base=${encodeURIComponent(base)}`);

it("opens one pull request from one fixed branch, then updates it in place", async () => {
  const base = await freshBase();
  const first = await deliver(base, asset("hero"));
  expect(first).toMatchObject({ status: "created", branch: `artdesk/assets/${base}` });
  expect(await deliver(base, asset("hero"))).toMatchObject({ status: "unchanged" });
  const second = await deliver(base, [...asset("hero"), ...asset("logo")], "3 images");
  expect(second).toMatchObject({ status: "updated" });
  const open = await pulls(base);
  expect(open).toMatchObject([{ state: "open", body: "3 images", head: { ref: pullRequestBranch(base) } }]);
  expect(await repository.file(pullRequestBranch(base), "docs/logo.png")).toBeDefined();
});

it("follows its base: the branch is the base's newest tree plus the images, and only moves forward", async () => {
  const base = await freshBase();
  await deliver(base, asset("hero"));
  const before = await repository.head(pullRequestBranch(base));
  const newBase = await repository.commit(base, { "docs/text.md": "new" });
  await deliver(base, asset("hero"));
  const after = await repository.head(pullRequestBranch(base));
  expect(await repository.parents(after)).toEqual([before, newBase]);
  expect((await repository.file(pullRequestBranch(base), "docs/text.md"))?.toString()).toBe("new");
  expect(await repository.file(pullRequestBranch(base), "docs/hero.png")).toBeDefined();
});

it("closes it when nothing differs any more, and clears the branch away", async () => {
  const base = await freshBase();
  await deliver(base, asset("hero"));
  await repository.commit(base, Object.fromEntries(asset("hero").map(({ path, bytes }) => [path, bytes])));
  expect(await deliver(base, asset("hero"))).toMatchObject({
    status: "nothing_differs",
    closed: [{ number: expect.any(Number) }],
  });
  expect(await pulls(base)).toMatchObject([{ state: "closed" }]);
  await expect(repository.head(pullRequestBranch(base))).rejects.toThrow("404");
  expect(await deliver(base, asset("hero"))).toEqual({ status: "nothing_differs", closed: [] });
});

it("ends with one pull request and a complete branch when three runs race", async () => {
  const base = await freshBase();
  const files = [...asset("a"), ...asset("b")];
  const results = await Promise.all([1, 2, 3].map(() => deliver(base, files)));
  for (const result of results) expect(["created", "updated", "unchanged"]).toContain(result.status);
  // GitHub refuses a second open pull request for a branch with 422; the emulator does not, so only the branch counts here.
  expect((await pulls(base)).filter((pull) => pull.state === "open").length).toBeGreaterThanOrEqual(1);
  for (const { path } of files) expect(await repository.file(pullRequestBranch(base), path)).toBeDefined();
});

it("says which permission is missing", async () => {
  const base = await freshBase();
  const noPulls = await github.installationToken({ contents: "write" });
  await expect(deliver(base, asset("hero"), "x", noPulls)).rejects.toMatchObject({
    code: "unavailable",
    hint: expect.stringContaining("pull-requests: write"),
  });
});

it("says which setting is missing when a workflow may not open pull requests", async () => {
  const base = await freshBase();
  const real = createOctokitClient(token, github.url);
  const message = "GitHub Actions is not permitted to create or approve pull requests.";
  const refusing: typeof real = {
    ...real,
    request: (route, parameters) =>
      route === "POST /repos/{owner}/{repo}/pulls"
        ? Promise.reject(Object.assign(new Error(message), { status: 403 }))
        : real.request(route, parameters),
  };
  const fields = { owner: OWNER, repo: REPO, base, files: asset("hero"), title: "x", body: "x", commitMessage: "x" };
  await expect(deliverPullRequest({ client: refusing, ...fields })).rejects.toMatchObject({
    hint: expect.stringContaining("Allow GitHub Actions to create"),
  });
});
