import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { commitFiles } from "../src/deliver/commit.ts";
import type { Delivery, DeliveryFile, DeliveryResult } from "../src/github/delivery.ts";
import type { GitHubClient } from "../src/github/github-client.ts";
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
  token = await github.installationToken({ contents: "write" });
});
afterAll(() => github.close());

let branches = 0;
async function freshBranch(): Promise<{ branch: string; baseSha: string }> {
  const branch = `feature/images-${(branches += 1)}`;
  return { branch, baseSha: await repository.branch(branch) };
}

const deliver = (
  on: { branch: string; baseSha: string },
  files: DeliveryFile[],
  url = github.url,
): Promise<DeliveryResult> => {
  const delivery: Delivery = { owner: OWNER, repo: REPO, ...on, files, headline: "Make 1 image", body: "Cost: $0.04" };
  return commitFiles(delivery, { client: createOctokitClient(token, url) });
};

describe.each([
  ["graphql", () => github.url],
  ["rest", () => github.restUrl],
] as const)("commit by %s", (transport, url) => {
  it("puts an image and its lock entry on the branch in one commit", async () => {
    const on = await freshBranch();
    const files = asset("hero");
    const result = await deliver(on, files, url());
    expect(result).toMatchObject({ status: "committed", transport, lostRaces: 0, diverged: [] });
    for (const file of files) expect(await repository.file(on.branch, file.path)).toEqual(Buffer.from(file.bytes));
    const head = await repository.head(on.branch);
    expect(result).toMatchObject({ sha: head });
    expect(await repository.parents(head)).toEqual([on.baseSha]);
    const [newest] = await repository.commits(on.branch);
    expect(newest?.commit.message).toBe("Make 1 image\n\nCost: $0.04");
  });

  it("makes no commit when the branch has these bytes already", async () => {
    const on = await freshBranch();
    await deliver(on, asset("hero"), url());
    const head = await repository.head(on.branch);
    expect(await deliver(on, asset("hero"), url())).toEqual({ status: "unchanged", sha: head });
    expect(await repository.head(on.branch)).toBe(head);
  });

  it("builds on top of what others committed meanwhile", async () => {
    const on = await freshBranch();
    const others = await repository.commit(on.branch, { "docs/text.md": "new", "other/deep/file.txt": "x" });
    const result = await deliver(on, asset("hero"), url());
    expect(result.status).toBe("committed");
    expect(await repository.parents(await repository.head(on.branch))).toEqual([others]);
    expect((await repository.file(on.branch, "docs/text.md"))?.toString()).toBe("new");
  });

  it("leaves out an image that others changed, whole, and delivers the rest", async () => {
    const on = await freshBranch();
    await repository.commit(on.branch, { "docs/hero.png": "drawn by hand" });
    const result = await deliver(on, [...asset("hero"), ...asset("logo")], url());
    expect(result).toMatchObject({ status: "committed", diverged: ["docs/hero.png"] });
    expect((await repository.file(on.branch, "docs/hero.png"))?.toString()).toBe("drawn by hand");
    expect(await repository.file(on.branch, ".artdesk/lock/hero.json")).toBeUndefined();
    expect(await repository.file(on.branch, "docs/logo.png")).toBeDefined();
    expect(await deliver(on, asset("hero"), url())).toMatchObject({ status: "diverged", paths: ["docs/hero.png"] });
  });

  it("replaces an image that nobody else touched since", async () => {
    const on = await freshBranch();
    await deliver(on, asset("hero", 1), url());
    const next = { branch: on.branch, baseSha: await repository.head(on.branch) };
    await repository.commit(on.branch, { "unrelated.txt": "x" });
    expect(await deliver(next, asset("hero", 2), url())).toMatchObject({ status: "committed" });
    expect((await repository.file(on.branch, "docs/hero.png"))?.toString("latin1")).toContain("hero 2");
  });

  it("keeps all images of six racing deliveries", async () => {
    const on = await freshBranch();
    const names = ["a", "b", "c", "d", "e", "f"];
    const results = await Promise.all(names.map((name) => deliver(on, asset(name), url())));
    expect(results.map((result) => result.status)).toEqual(names.map(() => "committed"));
    for (const name of names) expect(await repository.file(on.branch, `docs/${name}.png`)).toBeDefined();
    const made = (await repository.commits(on.branch)).filter(({ commit }) => commit.message.startsWith("Make"));
    expect(made).toHaveLength(6);
    expect(results.some((result) => result.status === "committed" && result.lostRaces > 0)).toBe(true);
  });

  it("says which permission is missing when the token only reads", async () => {
    const on = await freshBranch();
    const readOnly = createOctokitClient(await github.installationToken({ contents: "read" }), url());
    const delivery = { owner: OWNER, repo: REPO, ...on, files: asset("hero"), headline: "x", body: "" };
    await expect(commitFiles(delivery, { client: readOnly })).rejects.toMatchObject({
      code: "unavailable",
      hint: expect.stringContaining("contents: write"),
    });
    expect(await repository.head(on.branch)).toBe(on.baseSha);
  });
});

it("uploads each blob once, however often the branch moves", async () => {
  const on = await freshBranch();
  const real = createOctokitClient(token, github.restUrl);
  const routes: string[] = [];
  let moves = 0;
  const racing: GitHubClient = {
    ...real,
    request: async (route, parameters) => {
      routes.push(route);
      if (route.startsWith("PATCH") && (moves += 1) <= 2)
        await repository.commit(on.branch, { [`others-${moves}.txt`]: "x" });
      return real.request(route, parameters);
    },
  };
  const delivery = { owner: OWNER, repo: REPO, ...on, files: asset("hero"), headline: "x", body: "" };
  expect(await commitFiles(delivery, { client: racing })).toMatchObject({ status: "committed", lostRaces: 2 });
  expect(routes.filter((route) => route.endsWith("/git/blobs"))).toHaveLength(1);
});

it("names no author, so that GitHub signs", async () => {
  const on = await freshBranch();
  const real = createOctokitClient(token, github.restUrl);
  const bodies: unknown[] = [];
  const watching: GitHubClient = {
    ...real,
    request: (route, parameters) => {
      if (route === "POST /repos/{owner}/{repo}/git/commits") bodies.push(parameters);
      return real.request(route, parameters);
    },
  };
  await commitFiles(
    { owner: OWNER, repo: REPO, ...on, files: asset("x"), headline: "x", body: "" },
    { client: watching },
  );
  expect(bodies.map((body) => Object.keys(body as object).toSorted())).toEqual([
    ["message", "owner", "parents", "repo", "tree"],
  ]);
});

it.each(["-x", "a..b", "a b", "refs/heads/../x", "a\nb", "a~1", "x.lock", "a//b", "/a", "a/", "@", "a@{1}", "a:b", ""])(
  "refuses the branch name %j before it asks GitHub",
  async (branch) => {
    const before = github.calls.length;
    await expect(deliver({ branch, baseSha: "0".repeat(40) }, asset("hero"))).rejects.toMatchObject({
      code: "invalid_request",
    });
    expect(github.calls.length).toBe(before);
  },
);
