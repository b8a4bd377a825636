import { statusOf, type GitHubClient, type Repository } from "./github-client.ts";

/** One file in a new tree: a blob by its id, text sent along, or nothing (`sha: null`) to remove the path. */
export type TreeChange = { path: string } & ({ sha: string | null } | { text: string });

/** A commit as far as this action needs it. */
export interface CommitObject {
  sha: string;
  treeSha: string;
  parents: readonly string[];
  /** True when GitHub signed it. */
  verified: boolean;
}

/** Entry of one folder. */
export interface TreeEntry {
  path: string;
  type: string;
  sha: string;
  mode: string;
}

interface CommitReply {
  sha: string;
  tree: { sha: string };
  parents: { sha: string }[];
  verification?: { verified?: boolean };
}

/**
 * GitHub's REST git data API for one repository. Objects are immutable, so commits, trees and blobs that were read
 * once are kept. Every method rejects with GitHub's own error.
 */
export interface GitData {
  /** Commit id of `heads/NAME`, or undefined when there is no such ref. */
  head(ref: string): Promise<string | undefined>;
  commit(sha: string): Promise<CommitObject>;
  tree(sha: string): Promise<readonly TreeEntry[]>;
  /** All entries below a tree, with their whole paths. For small trees: GitHub cuts at 100,000 entries. */
  wholeTree(sha: string): Promise<readonly TreeEntry[]>;
  blob(sha: string): Promise<Uint8Array>;
  /** Spares reading back a blob that this process made. */
  rememberBlob(sha: string, bytes: Uint8Array): void;
  createBlob(bytes: Uint8Array): Promise<string>;
  createTree(baseTreeSha: string | undefined, changes: readonly TreeChange[]): Promise<string>;
  /** Author and committer stay out: GitHub then signs in the name of the token's app. */
  createCommit(message: string, treeSha: string, parents: readonly string[]): Promise<CommitObject>;
  createRef(ref: string, sha: string): Promise<void>;
  /** Fast-forward only: rejects with 422 when the ref has moved on. */
  updateRef(ref: string, sha: string): Promise<void>;
  deleteRef(ref: string): Promise<void>;
  /** Blob ids of these paths under a tree, reading only the folders that they stand in. Missing paths are left out. */
  blobIds(treeSha: string, paths: Iterable<string>): Promise<ReadonlyMap<string, string>>;
}

/** Creates the git data access for one repository. */
export function createGitData(client: GitHubClient, { owner, repo }: Repository): GitData {
  const base = { owner, repo };
  const commits = new Map<string, CommitObject>();
  const trees = new Map<string, readonly TreeEntry[]>();
  const blobs = new Map<string, Uint8Array>();
  const etags = new Map<string, { etag: string; sha: string }>();

  const keepCommit = (reply: CommitReply): CommitObject => {
    const commit = {
      sha: reply.sha,
      treeSha: reply.tree.sha,
      parents: reply.parents.map((parent) => parent.sha),
      verified: reply.verification?.verified === true,
    };
    commits.set(commit.sha, commit);
    return commit;
  };

  const git: GitData = {
    async head(ref) {
      const known = etags.get(ref);
      try {
        const headers = known ? { headers: { "if-none-match": known.etag } } : {};
        const reply = await client.request<{ object: { sha: string } }>("GET /repos/{owner}/{repo}/git/ref/{+ref}", {
          ...base,
          ref: encodeRef(ref),
          ...headers,
        });
        const etag = reply.headers["etag"];
        if (typeof etag === "string") etags.set(ref, { etag, sha: reply.data.object.sha });
        return reply.data.object.sha;
      } catch (error) {
        const status = statusOf(error);
        if (status === 304 && known) return known.sha;
        if (status === 404 || status === 409) return undefined;
        throw error;
      }
    },

    async commit(sha) {
      const known = commits.get(sha);
      if (known) return known;
      const reply = await client.request<CommitReply>("GET /repos/{owner}/{repo}/git/commits/{sha}", { ...base, sha });
      return keepCommit(reply.data);
    },

    async tree(sha) {
      const known = trees.get(sha);
      if (known) return known;
      const reply = await client.request<{ tree: TreeEntry[] }>("GET /repos/{owner}/{repo}/git/trees/{sha}", {
        ...base,
        sha,
      });
      trees.set(sha, reply.data.tree);
      return reply.data.tree;
    },

    async wholeTree(sha) {
      const route = "GET /repos/{owner}/{repo}/git/trees/{sha}";
      const reply = await client.request<{ tree: TreeEntry[] }>(route, { ...base, sha, recursive: "1" });
      return reply.data.tree;
    },

    async blob(sha) {
      const known = blobs.get(sha);
      if (known) return known;
      const reply = await client.request<{ content: string }>("GET /repos/{owner}/{repo}/git/blobs/{sha}", {
        ...base,
        sha,
      });
      const bytes = Uint8Array.from(Buffer.from(reply.data.content, "base64"));
      blobs.set(sha, bytes);
      return bytes;
    },

    rememberBlob(sha, bytes) {
      blobs.set(sha, bytes);
    },

    async createBlob(bytes) {
      const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
      const reply = await client.request<{ sha: string }>("POST /repos/{owner}/{repo}/git/blobs", {
        ...base,
        content,
        encoding: "base64",
      });
      return reply.data.sha;
    },

    async createTree(baseTreeSha, changes) {
      const tree = changes.map((change) => ({
        path: change.path,
        mode: "100644",
        type: "blob",
        ...("text" in change ? { content: change.text } : { sha: change.sha }),
      }));
      const reply = await client.request<{ sha: string }>("POST /repos/{owner}/{repo}/git/trees", {
        ...base,
        tree,
        ...(baseTreeSha === undefined ? {} : { base_tree: baseTreeSha }),
      });
      return reply.data.sha;
    },

    async createCommit(message, treeSha, parents) {
      const reply = await client.request<CommitReply>("POST /repos/{owner}/{repo}/git/commits", {
        ...base,
        message,
        tree: treeSha,
        parents: [...parents],
      });
      return keepCommit(reply.data);
    },

    async createRef(ref, sha) {
      await client.request("POST /repos/{owner}/{repo}/git/refs", { ...base, ref: `refs/${ref}`, sha });
    },

    async updateRef(ref, sha) {
      await client.request("PATCH /repos/{owner}/{repo}/git/refs/{+ref}", {
        ...base,
        ref: encodeRef(ref),
        sha,
        force: false,
      });
    },

    async deleteRef(ref) {
      await client.request("DELETE /repos/{owner}/{repo}/git/refs/{+ref}", { ...base, ref: encodeRef(ref) });
    },

    async blobIds(treeSha, paths) {
      const found = new Map<string, string>();
      await collect(git, treeSha, "", [...paths], found);
      return found;
    },
  };
  return git;
}

async function collect(
  git: GitData,
  treeSha: string,
  folder: string,
  paths: readonly string[],
  found: Map<string, string>,
): Promise<void> {
  if (paths.length === 0) return;
  const entries = new Map((await git.tree(treeSha)).map((entry) => [entry.path, entry]));
  const below = new Map<string, string[]>();
  for (const path of paths) {
    const [name = "", ...rest] = path.slice(folder.length).split("/");
    if (rest.length > 0) {
      below.set(name, [...(below.get(name) ?? []), path]);
      continue;
    }
    const entry = entries.get(name);
    if (entry?.type === "blob") found.set(path, entry.sha);
  }
  for (const [name, inside] of below) {
    const entry = entries.get(name);
    if (entry?.type === "tree") await collect(git, entry.sha, `${folder}${name}/`, inside, found);
  }
}

/** Each part of a ref as it must stand in a URL path. */
function encodeRef(ref: string): string {
  return ref.split("/").map(encodeURIComponent).join("/");
}
