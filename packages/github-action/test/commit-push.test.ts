import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { commitByPush } from "../src/deliver/commit-push.ts";
import { commitFiles } from "../src/deliver/commit.ts";
import type { Delivery, DeliveryFile } from "../src/github/delivery.ts";
import type { GitHubClient } from "../src/github/github-client.ts";
import { systemTiming } from "../src/github/timing.ts";
import { startGitRemote, type GitRemote } from "./harness/git-remote.ts";
import { asset } from "./harness/repository.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let remote: GitRemote;

beforeAll(async () => {
  remote = await startGitRemote("demo");
  remote.commit("main", { "README.md": "demo", "docs/old.png": "old" });
});
afterAll(() => remote.close());

/** The API stays out of it: every call fails the test. */
const noApi: GitHubClient = {
  request: (route) => Promise.reject(new Error(`unexpected ${route}`)),
  graphql: () => Promise.reject(new Error("unexpected graphql")),
};

const many = (count: number): DeliveryFile[] =>
  Array.from({ length: count }, (_, index) => asset(`image-${index}`)).flat();
const push = (token = remote.token) => ({ serverUrl: remote.url, token, env: process.env });

function delivery(branch: string, files: DeliveryFile[], baseSha = remote.git("rev-parse", "main").trim()): Delivery {
  return { owner: "octocat", repo: "demo", branch, baseSha, files, headline: "Make images", body: "Cost: $1" };
}

it("pushes 600 files in one commit, on top of what others pushed", async () => {
  const base = remote.git("rev-parse", "main").trim();
  const others = remote.commit("main", { "docs/text.md": "new" });
  const result = await commitFiles(delivery("main", many(300), base), { client: noApi, push: push() });
  expect(result).toMatchObject({ status: "committed", transport: "push", verified: false, lostRaces: 0 });
  expect(remote.git("rev-parse", "main^").trim()).toBe(others);
  expect(remote.git("ls-tree", "-r", "--name-only", "main").trim().split("\n")).toHaveLength(603);
  expect(remote.git("show", "main:docs/image-7.png")).toContain("image-7 1");
  expect(remote.git("fsck", "--strict")).not.toContain("error");
});

it("makes no commit when the branch has these bytes already", async () => {
  const head = remote.git("rev-parse", "main").trim();
  const result = await commitFiles(delivery("main", many(300)), { client: noApi, push: push() });
  expect(result).toEqual({ status: "unchanged", sha: head });
});

const options = (maxTries = 12) => ({ access: push(), timing: systemTiming, maxTries });

it("keeps everything when four deliveries race", async () => {
  const base = remote.git("rev-parse", "main").trim();
  const names = ["p", "q", "r", "s"];
  const results = await Promise.all(names.map((name) => commitByPush(delivery("main", asset(name), base), options())));
  expect(results.map((result) => result.status)).toEqual(names.map(() => "committed"));
  for (const name of names) expect(remote.git("show", `main:docs/${name}.png`)).toContain(name);
  expect(remote.git("rev-list", "--count", `${base}..main`).trim()).toBe("4");
});

it("leaves out an image that others changed, whole", async () => {
  const base = remote.git("rev-parse", "main").trim();
  remote.commit("main", { "docs/hero.png": "drawn by hand" });
  const result = await commitByPush(delivery("main", [...asset("hero"), ...asset("logo")], base), options());
  expect(result).toMatchObject({ status: "committed", diverged: ["docs/hero.png"] });
  expect(remote.git("show", "main:docs/hero.png")).toBe("drawn by hand");
});

it("treats a branch name as a name, whatever it would mean to a shell", async () => {
  const folder = mkdtempSync(join(tmpdir(), "artdesk-cwd-"));
  const branch = "x/$(touch${IFS}pwned);`touch${IFS}pwned`;'";
  remote.git("update-ref", `refs/heads/${branch}`, "main");
  const result = await commitFiles(delivery(branch, [...many(300), ...asset("shell")]), {
    client: noApi,
    push: push(),
  });
  expect(result.status).toBe("committed");
  expect(readdirSync(folder)).toEqual([]);
  expect(readdirSync(process.cwd())).not.toContain("pwned");
  rmSync(folder, { recursive: true });
});

it("fails without the right token, and tells no one the token", async () => {
  const before = remote.refused();
  const wrong = "ghs_wrong_token_0987654321";
  const files = [...many(300), ...asset("new")];
  const error: unknown = await commitFiles(delivery("main", files), { client: noApi, push: push(wrong) }).catch(
    (caught: unknown) => caught,
  );
  expect(error).toMatchObject({ code: "unavailable" });
  expect(remote.refused()).toBeGreaterThan(before);
  const said = JSON.stringify(error, Object.getOwnPropertyNames(error));
  expect(said).not.toContain(wrong);
  expect(said).not.toContain(Buffer.from(`x-access-token:${wrong}`).toString("base64"));
});
