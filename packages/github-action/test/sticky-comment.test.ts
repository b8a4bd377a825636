import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createOctokitClient } from "../src/github/octokit-client.ts";
import { keepStickyComment, loginOf, type StickyCommentResult } from "../src/tell/sticky-comment.ts";
import { OWNER, REPO, startGitHubEmulator, type GitHubEmulator } from "./harness/emulator.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let github: GitHubEmulator;

beforeAll(async () => {
  github = await startGitHubEmulator();
});
afterAll(() => github.close());

interface CommentReply {
  id: number;
  body: string;
}

async function freshIssue(): Promise<number> {
  return (await github.api<{ number: number }>("POST", `/repos/${OWNER}/${REPO}/issues`, { title: "x" })).number;
}
const comments = (issue: number): Promise<CommentReply[]> =>
  github.api("GET", `/repos/${OWNER}/${REPO}/issues/${issue}/comments?per_page=100`);
const say = (issue: number, body: string): Promise<CommentReply> =>
  github.api("POST", `/repos/${OWNER}/${REPO}/issues/${issue}/comments`, { body });

const MARKER = "<!-- artdesk:prod -->";

async function keep(
  issue: number,
  text: string,
  token = github.adminToken,
  marker = MARKER,
): Promise<StickyCommentResult> {
  const client = createOctokitClient(token, github.url);
  const login = await loginOf(client, token);
  return keepStickyComment(
    { client, owner: OWNER, repo: REPO, issueNumber: issue, marker, login },
    () => `${marker}\n${text}\n`,
  );
}

it("makes one comment, edits it, and leaves an identical one alone", async () => {
  const issue = await freshIssue();
  expect(await keep(issue, "one")).toBe("created");
  expect(await keep(issue, "two")).toBe("updated");
  const edits = github.calls.filter((call) => call.startsWith("PATCH")).length;
  expect(await keep(issue, "two")).toBe("unchanged");
  expect(github.calls.filter((call) => call.startsWith("PATCH")).length).toBe(edits);
  expect((await comments(issue)).map(({ body }) => body)).toEqual([`${MARKER}\ntwo\n`]);
});

it("compares the whole first line, so that one id inside another is another comment", async () => {
  const issue = await freshIssue();
  await say(issue, "<!-- artdesk:non-prod -->\nother job");
  await say(issue, `Quoted: ${MARKER}\nperson`);
  await say(issue, `> x\n${MARKER}`);
  expect(await keep(issue, "mine")).toBe("created");
  expect(await comments(issue)).toHaveLength(4);
});

it("finds its comment on the third page", async () => {
  const issue = await freshIssue();
  for (let index = 0; index < 205; index += 1) await say(issue, `talk ${index}`);
  await say(issue, `${MARKER}\r\nold`);
  expect(await keep(issue, "new")).toBe("updated");
});

it("keeps the oldest of several and deletes the others", async () => {
  const issue = await freshIssue();
  const oldest = await say(issue, `${MARKER}\nfirst`);
  await say(issue, `${MARKER}\nsecond`);
  await say(issue, `${MARKER}\nthird`);
  expect(await keep(issue, "now")).toBe("updated");
  expect(await comments(issue)).toMatchObject([{ id: oldest.id, body: `${MARKER}\nnow\n` }]);
});

it("leaves one comment when six first runs race", async () => {
  const issue = await freshIssue();
  await Promise.all(Array.from({ length: 6 }, (_, index) => keep(issue, `run ${index}`)));
  const left = await comments(issue);
  expect(left).toHaveLength(1);
  expect(left[0]?.body).toMatch(/run \d/);
});

it("does not edit a stranger's comment that carries the marker", async () => {
  const issue = await freshIssue();
  await say(issue, `${MARKER}\nstranger's figures`);
  const token = await github.installationToken({ issues: "write", pull_requests: "write" });
  expect(token.startsWith("ghs_")).toBe(true);
  expect(await keep(issue, "real figures", token)).toBe("created");
  expect(await keep(issue, "new figures", token)).toBe("updated");
  expect((await comments(issue)).map(({ body }) => body)).toEqual([
    `${MARKER}\nstranger's figures`,
    `${MARKER}\nnew figures\n`,
  ]);
});

it("hands the text that stands there to the renderer", async () => {
  const issue = await freshIssue();
  await keep(issue, "before");
  const client = createOctokitClient(github.adminToken, github.url);
  const seen: (string | undefined)[] = [];
  await keepStickyComment(
    { client, owner: OWNER, repo: REPO, issueNumber: issue, marker: MARKER, login: OWNER },
    (previous) => {
      seen.push(previous);
      return `${MARKER}\nafter`;
    },
  );
  expect(seen).toEqual([`${MARKER}\nbefore\n`]);
});

it("gives way when the token may not comment", async () => {
  const issue = await freshIssue();
  const token = await github.installationToken({ contents: "read" });
  expect(await keep(issue, "x", token)).toBe("not_permitted");
  expect(await comments(issue)).toEqual([]);
});
