import { spawn } from "node:child_process";
import { ArtdeskError } from "@artdesk/core";

/** How to reach the remote: the token travels in the environment of git alone, never on a command line or on disk. */
export interface PushAccess {
  /** For example `https://github.com`. */
  serverUrl: string;
  token: string;
  /** Proxy variables and PATH are taken from here. */
  env: Readonly<Record<string, string | undefined>>;
}

export interface GitProcessOptions {
  access: PushAccess;
  /** The bare repository to work in. */
  gitFolder: string;
}

/** Runs git without a shell and gives its standard output. */
export type RunGit = (
  args: readonly string[],
  options?: { input?: Uint8Array | string; env?: Readonly<Record<string, string>> },
) => Promise<string>;

const PASSED_ON = [
  "PATH",
  "HTTPS_PROXY",
  "HTTP_PROXY",
  "NO_PROXY",
  "https_proxy",
  "http_proxy",
  "no_proxy",
  "SSL_CERT_FILE",
];
const TIMEOUT_MS = 10 * 60_000;

/** Git that reads no configuration of this machine or repository, runs no hook and never asks for a password. */
export function createGit({ access, gitFolder }: GitProcessOptions): RunGit {
  const credentials = Buffer.from(`x-access-token:${access.token}`).toString("base64");
  const config = [
    [`http.${access.serverUrl}/.extraheader`, `AUTHORIZATION: basic ${credentials}`],
    ["core.hooksPath", "/dev/null"],
    ["gc.auto", "0"],
    ["user.name", "github-actions[bot]"],
    ["user.email", "41898282+github-actions[bot]@users.noreply.github.com"],
  ];
  const baseEnv: Record<string, string> = {
    HOME: gitFolder,
    GIT_DIR: gitFolder,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: String(config.length),
    LC_ALL: "C",
  };
  for (const [index, [key = "", value = ""]] of config.entries()) {
    baseEnv[`GIT_CONFIG_KEY_${index}`] = key;
    baseEnv[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  for (const name of PASSED_ON) {
    const value = access.env[name];
    if (value !== undefined) baseEnv[name] = value;
  }

  return (args, { input, env } = {}) =>
    new Promise((resolve, reject) => {
      const child = spawn("git", args, { env: { ...baseEnv, ...env }, timeout: TIMEOUT_MS });
      const output: Buffer[] = [];
      const complaints: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => output.push(chunk));
      child.stderr.on("data", (chunk: Buffer) => complaints.push(chunk));
      child.stdin.on("error", () => undefined);
      child.on("error", (cause) => reject(gitError(args, cause.message, cause)));
      child.on("close", (code) => {
        if (code === 0) resolve(Buffer.concat(output).toString("utf8"));
        else reject(gitError(args, Buffer.concat(complaints).toString("utf8").trim().slice(-2_000)));
      });
      child.stdin.end(input ?? "");
    });
}

function gitError(args: readonly string[], details: string, cause?: unknown): ArtdeskError {
  const lastLine = details.split("\n").at(-1) ?? "";
  return new ArtdeskError({
    code: "unavailable",
    shortMessage: `git ${args[0]} failed: ${lastLine}.`,
    details,
    hint: /403|authentication failed|permission/i.test(details)
      ? "Give the job `permissions: contents: write`."
      : "The images and their lock entries are in the workspace: upload them as an artifact before you run again.",
    cause,
  });
}
