import { getOctokit } from "@actions/github";
import { withMemory } from "./with-memory.ts";
import { withPatience, type GitHubClient, type GitHubReply } from "./github-client.ts";

/**
 * A client that signs with this token. Octokit is loaded only by those who import this file.
 * @param apiUrl the runner's `GITHUB_API_URL`
 */
export function createOctokitClient(token: string, apiUrl: string): GitHubClient {
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const octokit = getOctokit(token, { baseUrl: apiUrl, log: silent });
  const client: GitHubClient = {
    request: async <T>(route: string, parameters?: Readonly<Record<string, unknown>>): Promise<GitHubReply<T>> =>
      octokit.request(route, parameters),
    graphql: (query, variables) => octokit.graphql(query, { ...variables }),
  };
  return withMemory(withPatience(client));
}
