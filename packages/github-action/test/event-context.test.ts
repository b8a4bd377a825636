import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readEventContext } from "../src/asked/event-context.ts";

const folder = mkdtempSync(join(tmpdir(), "artdesk-events-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Example {
  repository: { full_name: string; private: boolean };
  number?: number;
  pull_request: {
    number: number;
    head: { sha: string; ref: string; repo: { full_name: string } | null };
    base: { sha: string; repo: { full_name: string } };
  };
}

/** Payloads that GitHub sent, as Octokit collects them. */
const collected: { name: string; examples: Example[] }[] = createRequire(import.meta.url)("@octokit/webhooks-examples");
const examples = (name: string): Example[] => collected.find((entry) => entry.name === name)?.examples ?? [];

function read(event: unknown, env: Readonly<Record<string, string>> = {}) {
  const path = join(folder, "event.json");
  writeFileSync(path, JSON.stringify(event));
  const base = {
    GITHUB_REPOSITORY: "octocat/demo",
    GITHUB_EVENT_NAME: "push",
    GITHUB_EVENT_PATH: path,
    GITHUB_SHA: "a".repeat(40),
  };
  return readEventContext({ ...base, ...env });
}

it("knows collected payloads", () => {
  expect(examples("pull_request").length).toBeGreaterThan(5);
  expect(examples("push").length).toBeGreaterThan(0);
});

describe.each(examples("pull_request").map((example, index) => [index, example] as const))(
  "pull_request payload %i",
  (_, example) => {
    it("gives the branch, the commits and whether it is a fork", () => {
      const context = read(example, { GITHUB_EVENT_NAME: "pull_request", GITHUB_REF: "refs/pull/2/merge" });
      const { head, base, number } = example.pull_request;
      expect(context).toMatchObject({
        branch: head.ref,
        baseSha: head.sha,
        isPrivate: example.repository.private,
        pullRequest: {
          number,
          headSha: head.sha,
          baseSha: base.sha,
          fromFork: head.repo?.full_name !== base.repo.full_name,
        },
      });
    });
  },
);

it("takes a push's branch from the ref", () => {
  const [example] = examples("push");
  expect(read(example, { GITHUB_REF: "refs/heads/feature/x" })).toMatchObject({
    branch: "feature/x",
    baseSha: "a".repeat(40),
    pullRequest: undefined,
  });
});

it("has no branch for a tag or a hostile ref", () => {
  expect(read({}, { GITHUB_REF: "refs/tags/v1" }).branch).toBeUndefined();
  expect(read({}, { GITHUB_REF: "refs/heads/a b" }).branch).toBeUndefined();
});

it("calls a pull request whose head repository was deleted a fork", () => {
  const [example] = examples("pull_request");
  const pull_request = { ...example?.pull_request, head: { ...example?.pull_request.head, repo: null } };
  expect(read({ ...example, pull_request }).pullRequest?.fromFork).toBe(true);
});

it("treats a repository as private unless the event says otherwise", () => {
  expect(read({}).isPrivate).toBe(true);
  expect(read({ repository: { private: false } }).isPrivate).toBe(false);
});

it("says that it belongs into a job when it runs elsewhere", () => {
  expect(() => readEventContext({})).toThrow("GITHUB_REPOSITORY is not set. This program runs as a step");
});
