import { systemTiming, type Timing } from "./timing.ts";

/** A reply of GitHub's REST API. */
export interface GitHubReply<T> {
  status: number;
  data: T;
  headers: Readonly<Record<string, string | number | undefined>>;
}

/**
 * The part of an Octokit that this action uses. A status of 400 and above rejects with an error that carries `status`.
 * The caller states the shape that GitHub's documentation gives for the route.
 */
export interface GitHubClient {
  request<T>(route: string, parameters?: Readonly<Record<string, unknown>>): Promise<GitHubReply<T>>;
  graphql<T>(query: string, variables: Readonly<Record<string, unknown>>): Promise<T>;
}

/** Owner and name of a repository. */
export interface Repository {
  owner: string;
  repo: string;
}

/** HTTP status of an error from {@link GitHubClient}, or undefined when no reply came. */
export function statusOf(error: unknown): number | undefined {
  const status = typeof error === "object" && error !== null && "status" in error ? error.status : undefined;
  return typeof status === "number" ? status : undefined;
}

/** Message of any thrown value, on one line. */
export function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ").trim();
}

/** A refusal because of too many requests: GitHub's primary or secondary limit. */
export interface RateLimit {
  /** When the primary limit begins anew; undefined where GitHub does not say it. */
  untilMs: number | undefined;
}

/**
 * The rate limit that GitHub answers with, by 403 or 429. A missing right is 403, too, but has requests left.
 * Source: docs.github.com, "Rate limits for the REST API", read 2026-12-01.
 */
export function rateLimitOf(error: unknown): RateLimit | undefined {
  const status = statusOf(error);
  if (status !== 403 && status !== 429) return undefined;
  const isUsedUp = String(headerOf(error, "x-ratelimit-remaining") ?? "") === "0";
  const isTold = headerOf(error, "retry-after") !== undefined || /rate limit/i.test(messageOf(error));
  if (status === 403 && !isUsedUp && !isTold) return undefined;
  const resetSeconds = isUsedUp ? Number(headerOf(error, "x-ratelimit-reset")) : 0;
  return { untilMs: resetSeconds > 0 ? resetSeconds * 1_000 : undefined };
}

/** True when GitHub says that the token may not do this: 403, or 404 where a missing right hides the resource. */
export function isForbidden(error: unknown): boolean {
  if (rateLimitOf(error)) return false;
  const status = statusOf(error);
  return status === 401 || status === 403 || status === 404;
}

/** True when a ruleset or branch protection refuses a commit: trying again does not help. */
export function isRuleRefusal(error: unknown): boolean {
  return /rule violations|protected branch|GH006|GH013/i.test(messageOf(error));
}

const MAX_TRIES = 4;
const LONGEST_WAIT_MS = 60_000;

/**
 * Sends a request again when GitHub asks to wait for up to a minute (429, 403 with `retry-after`, which is its
 * secondary rate limit, or the primary one that begins anew) or fails
 * with 502 to 504 or without a reply. Every write of this action is content-addressed or compare-and-swap, so a
 * repeated request cannot apply twice; creating a comment or a pull request is not, and is only repeated after a
 * rate limit, which GitHub answers before it does anything.
 */
export function withPatience(client: GitHubClient, timing: Timing = systemTiming): GitHubClient {
  return {
    graphql: (query, variables) => client.graphql(query, variables),
    request: async <T>(route: string, parameters?: Readonly<Record<string, unknown>>) => {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await client.request<T>(route, parameters);
        } catch (error) {
          const waitMs = attempt < MAX_TRIES ? waitBeforeRetryMs(error, route, attempt) : undefined;
          if (waitMs === undefined) throw error;
          await timing.sleep(waitMs + timing.random() * 250);
        }
      }
    },
  };
}

function waitBeforeRetryMs(error: unknown, route: string, attempt: number): number | undefined {
  const status = statusOf(error);
  if (status === 429 || status === 403) {
    const retryAfterSeconds = Number(headerOf(error, "retry-after"));
    const waitMs = retryAfterSeconds * 1_000;
    if (retryAfterSeconds > 0) return waitMs <= LONGEST_WAIT_MS ? waitMs : undefined;
    const { untilMs } = rateLimitOf(error) ?? {};
    if (untilMs !== undefined) {
      const untilResetMs = Math.max(1_000, untilMs - Date.now());
      return untilResetMs <= LONGEST_WAIT_MS ? untilResetMs : undefined;
    }
    return status === 429 ? attempt * 1_000 : undefined;
  }
  const repeatable = !/^POST .*\/(comments|pulls)$/.test(route);
  const passing = status === undefined ? isNetworkError(error) : status >= 502 && status <= 504;
  return repeatable && passing ? attempt * 500 : undefined;
}

function isNetworkError(error: unknown): boolean {
  return error instanceof Error && /fetch failed|ECONNRESET|ECONNREFUSED|socket|terminated/i.test(error.message);
}

function headerOf(error: unknown, name: string): string | number | undefined {
  if (typeof error !== "object" || error === null || !("response" in error)) return undefined;
  const response = error.response;
  if (typeof response !== "object" || response === null || !("headers" in response)) return undefined;
  return (response.headers as Record<string, string | number | undefined>)[name];
}
