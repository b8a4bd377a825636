import type { GitHubClient, GitHubReply } from "./github-client.ts";

/** Objects that never change under their id. Blobs are left out: images are large, and read once. */
const IMMUTABLE = ["GET /repos/{owner}/{repo}/git/commits/{sha}", "GET /repos/{owner}/{repo}/git/trees/{sha}"];

/** Reads each commit and tree once in a process, whichever part of a run asks for it. */
export function withMemory(client: GitHubClient): GitHubClient {
  const known = new Map<string, GitHubReply<unknown>>();
  return {
    graphql: (query, variables) => client.graphql(query, variables),
    request: async <T>(route: string, parameters?: Readonly<Record<string, unknown>>) => {
      if (!IMMUTABLE.includes(route)) return client.request<T>(route, parameters);
      const key = `${route} ${JSON.stringify(parameters)}`;
      const reply = known.get(key) ?? (await client.request<T>(route, parameters));
      known.set(key, reply);
      return reply as GitHubReply<T>;
    },
  };
}
