import { spawn } from "node:child_process";

/** What a git command of the checkout said. `code` is undefined where git cannot be started. */
export interface LocalGitAnswer {
  code: number | undefined;
  stdout: string;
}

/**
 * Asks git about the checkout, without a shell, without a lock, and without starting anything that the repository
 * names. Never rejects: a runner without git, or a folder that is no repository, is an answer, too.
 */
export function askLocalGit(folder: string, args: readonly string[], input = ""): Promise<LocalGitAnswer> {
  const harmless = ["-c", "safe.directory=*", "-c", "core.fsmonitor=false", "--no-optional-locks"];
  return new Promise((resolve) => {
    const child = spawn("git", [...harmless, ...args], { cwd: folder, stdio: ["pipe", "pipe", "ignore"] });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.stdin.on("error", () => undefined);
    child.on("error", () => resolve({ code: undefined, stdout: "" }));
    child.on("close", (code) => resolve({ code: code ?? undefined, stdout: Buffer.concat(chunks).toString("utf8") }));
    child.stdin.end(input);
  });
}
