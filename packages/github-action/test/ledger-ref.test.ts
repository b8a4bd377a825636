import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { createGitRefLedgerStore, LEDGER_REF } from "../src/make/ledger-ref.ts";
import { createOctokitClient } from "../src/github/octokit-client.ts";
import type { GitHubClient } from "../src/github/github-client.ts";
import { OWNER, REPO, startGitHubEmulator, type GitHubEmulator } from "./harness/emulator.ts";

// Servers and processes start here: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

let github: GitHubEmulator;
let token: string;

beforeAll(async () => {
  github = await startGitHubEmulator();
  token = await github.installationToken({ contents: "write" });
});
afterAll(() => github.close());

let names = 0;
const freshRef = (): string => `heads/artdesk/ledger-${(names += 1)}`;
const repository = { owner: OWNER, repo: REPO };
const storeOn = (ref: string, client: GitHubClient = createOctokitClient(token, github.url)) =>
  createGitRefLedgerStore({ client, ...repository, ref });

interface RefReply {
  object: { sha: string };
}
interface CommitReply {
  parents: { sha: string }[];
  tree: { sha: string };
}

it("keeps a value and its version, on an orphan history", async () => {
  const ref = freshRef();
  const store = storeOn(ref);
  expect(await store.read("2026-11")).toBeUndefined();
  expect(await store.write("2026-11", '{"spent":1}', undefined)).toBe("ok");
  const read = await storeOn(ref).read("2026-11");
  expect(read?.value).toBe('{"spent":1}');
  const head = await github.api<RefReply>("GET", `/repos/${OWNER}/${REPO}/git/ref/${ref}`);
  const commit = await github.api<CommitReply>("GET", `/repos/${OWNER}/${REPO}/git/commits/${head.object.sha}`);
  expect(commit.parents).toEqual([]);
});

it("refuses a write on a version that is no longer there, and a second creation", async () => {
  const ref = freshRef();
  const [first, second] = [storeOn(ref), storeOn(ref)];
  await first.write("month", "a", undefined);
  expect(await second.write("month", "b", undefined)).toBe("conflict");
  const seen = await second.read("month");
  expect(await first.write("month", "c", seen?.version)).toBe("ok");
  expect(await second.write("month", "d", seen?.version)).toBe("conflict");
  expect((await second.read("month"))?.value).toBe("c");
});

it("takes what it saw for the truth only until a write on it is refused", async () => {
  const ref = freshRef();
  const client = createOctokitClient(token, github.url);
  const patient = createGitRefLedgerStore({ client, ...repository, ref, freshForMs: 3_600_000 });
  const other = storeOn(ref);
  await patient.write("month", "a", undefined);
  const seen = await patient.read("month");
  expect(await other.write("month", "b", (await other.read("month"))?.version)).toBe("ok");
  expect((await patient.read("month"))?.value).toBe("a");
  expect(await patient.write("month", "c", seen?.version)).toBe("conflict");
  expect((await patient.read("month"))?.value).toBe("b");
});

it("gives each write a version of its own, even for the same text", async () => {
  const store = storeOn(freshRef());
  await store.write("month", "same", undefined);
  const first = await store.read("month");
  expect(await store.write("month", "same", first?.version)).toBe("ok");
  expect((await store.read("month"))?.version).not.toBe(first?.version);
  expect(await store.write("month", "late", first?.version)).toBe("conflict");
});

it("keeps keys, line ends and characters of any kind apart", async () => {
  const store = storeOn(freshRef());
  const keys = ["a/b", "a%2Fb", ".hidden", "..", "ä ö", "a", "a.jsonl", "a.jsonl/b", "/a", "a//b", "%"];
  for (const key of keys) await store.write(key, `value of ${key}\r\nsecond "line" é\n`, undefined);
  for (const key of keys) expect((await store.read(key))?.value).toBe(`value of ${key}\r\nsecond "line" é\n`);
});

it("does not call a write of one key a conflict because another key changed", async () => {
  const ref = freshRef();
  const [first, second] = [storeOn(ref), storeOn(ref)];
  await first.write("one", "1", undefined);
  const seen = await first.read("one");
  for (const value of ["a", "b", "c"]) {
    const other = await second.read("two");
    expect(await second.write("two", value, other?.version)).toBe("ok");
  }
  expect(await first.write("one", "2", seen?.version)).toBe("ok");
  expect((await second.read("two"))?.value).toBe("c");
});

it("keeps 40 of 40 increments by eight clients at once", async () => {
  const ref = freshRef();
  let conflicts = 0;
  const worker = async (): Promise<void> => {
    const store = storeOn(ref);
    for (let done = 0; done < 5;) {
      const seen = await store.read("counter");
      const next = String(Number(seen?.value ?? "0") + 1);
      if ((await store.write("counter", next, seen?.version)) === "ok") done += 1;
      else conflicts += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  expect((await storeOn(ref).read("counter"))?.value).toBe("40");
  expect(conflicts).toBeGreaterThan(0);
});

it("takes a lost reply for what it was: a write that happened", async () => {
  const ref = freshRef();
  const real = createOctokitClient(token, github.url);
  let cuts = 0;
  const cutting: GitHubClient = {
    ...real,
    request: async (route, parameters) => {
      const reply = await real.request(route, parameters);
      if (!/^(PATCH|POST).*refs/.test(route) || (cuts += 1) > 2) return reply as never;
      throw Object.assign(new Error("other side closed"), { status: 500 });
    },
  };
  const store = storeOn(ref, cutting);
  expect(await store.write("month", "first", undefined)).toBe("ok");
  const seen = await store.read("month");
  expect(await store.write("month", "second", seen?.version)).toBe("ok");
  expect(cuts).toBeGreaterThanOrEqual(2);
  expect((await storeOn(ref).read("month"))?.value).toBe("second");
});

it("says which permission is missing when the token only reads", async () => {
  const readOnly = await github.installationToken({ contents: "read" });
  const store = storeOn(freshRef(), createOctokitClient(readOnly, github.url));
  expect(await store.read("month")).toBeUndefined();
  await expect(store.write("month", "x", undefined)).rejects.toMatchObject({
    code: "unavailable",
    status: 403,
    hint: expect.stringContaining("contents: write"),
  });
});

it("tells a rule that refuses every update from a race", async () => {
  const ref = freshRef();
  await storeOn(ref).write("month", "a", undefined);
  const real = createOctokitClient(token, github.url);
  const ruled: GitHubClient = {
    ...real,
    request: (route, parameters) =>
      route.startsWith("PATCH")
        ? Promise.reject(Object.assign(new Error("Repository rule violations found"), { status: 422 }))
        : real.request(route, parameters),
  };
  const store = storeOn(ref, ruled);
  const seen = await store.read("month");
  await expect(store.write("month", "b", seen?.version)).rejects.toMatchObject({
    code: "unavailable",
    hint: expect.stringContaining("rulesets"),
  });
});

it("asks GitHub little: a read and a write on a known ledger are four requests", async () => {
  const ref = freshRef();
  const store = storeOn(ref);
  await store.write("month", "a", undefined);
  const before = github.calls.length;
  const seen = await store.read("month");
  await store.write("month", "b", seen?.version);
  const calls = github.calls.slice(before).map((call) => call.split("/repos/")[0]?.trim());
  expect(calls).toEqual(["GET", "POST", "POST", "PATCH"]);
});

it("uses artdesk/ledger unless told otherwise", () => {
  expect(LEDGER_REF).toBe("heads/artdesk/ledger");
});
