import type { DeliveryFile } from "../../src/github/delivery.ts";
import { OWNER, REPO, type GitHubEmulator } from "./emulator.ts";

/** Shorthands for the emulated repository, as its admin. */
export interface TestRepository {
  head(branch: string): Promise<string>;
  /** A new branch from main. */
  branch(name: string): Promise<string>;
  /** A commit by somebody else. */
  commit(branch: string, files: Readonly<Record<string, string | Uint8Array>>): Promise<string>;
  /** Bytes at a branch, or undefined. */
  file(branch: string, path: string): Promise<Buffer | undefined>;
  /** Parents of a commit. */
  parents(sha: string): Promise<string[]>;
  commits(branch: string): Promise<{ sha: string; commit: { message: string } }[]>;
}

interface Ref {
  object: { sha: string };
}

export function testRepository(github: GitHubEmulator): TestRepository {
  const root = `/repos/${OWNER}/${REPO}`;
  const head = async (branch: string): Promise<string> =>
    (await github.api<Ref>("GET", `${root}/git/ref/heads/${branch}`)).object.sha;
  return {
    head,
    branch: async (name) => {
      const sha = await head("main");
      await github.api("POST", `${root}/git/refs`, { ref: `refs/heads/${name}`, sha });
      return sha;
    },
    commit: async (branch, files) => {
      const parent = await head(branch);
      const { tree } = await github.api<{ tree: { sha: string } }>("GET", `${root}/git/commits/${parent}`);
      const entries = [];
      for (const [path, content] of Object.entries(files)) {
        const base64 = Buffer.from(content).toString("base64");
        const blob = await github.api<{ sha: string }>("POST", `${root}/git/blobs`, {
          content: base64,
          encoding: "base64",
        });
        entries.push({ path, mode: "100644", type: "blob", sha: blob.sha });
      }
      const made = await github.api<{ sha: string }>("POST", `${root}/git/trees`, {
        base_tree: tree.sha,
        tree: entries,
      });
      const body = { message: "Somebody's change", tree: made.sha, parents: [parent] };
      const commit = await github.api<{ sha: string }>("POST", `${root}/git/commits`, body);
      await github.api("PATCH", `${root}/git/refs/heads/${branch}`, { sha: commit.sha });
      return commit.sha;
    },
    file: async (branch, path) => {
      try {
        const reply = await github.api<{ content: string }>(
          "GET",
          `${root}/contents/${path}?ref=${encodeURIComponent(branch)}`,
        );
        return Buffer.from(reply.content, "base64");
      } catch {
        return undefined;
      }
    },
    parents: async (sha) => {
      const commit = await github.api<{ parents: { sha: string }[] }>("GET", `${root}/git/commits/${sha}`);
      return commit.parents.map((parent) => parent.sha);
    },
    commits: (branch) => github.api("GET", `${root}/commits?sha=${encodeURIComponent(branch)}&per_page=100`),
  };
}

/** An image and its lock entry. */
export function asset(name: string, version = 1): DeliveryFile[] {
  const bytes = Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0]),
    Buffer.from(`${name} ${version}`),
  ]);
  return [
    { path: `docs/${name}.png`, bytes, group: name },
    { path: `.artdesk/lock/${name}.json`, bytes: Buffer.from(`{"id":"${name}","version":${version}}\n`), group: name },
  ];
}
