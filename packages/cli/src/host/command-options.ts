import { ArtdeskError, usdToMicroUsd } from "@artdesk/core";
import { type AssetDeskOptions, sharpPixelsIfInstalled } from "@artdesk/core/node";
import { Option } from "commander";
import type { Command } from "commander";
import { resolve } from "node:path";
import type { Io } from "./io.ts";

/** Options that every command over prompt files takes. */
export interface CommandOptions {
  cwd?: string;
  config?: string;
  policy?: string;
  maxCost?: string;
  urgency?: "normal" | "low" | "batch";
  /** Minutes from now, or a time. */
  deadline?: string;
  provider?: string[];
  json?: boolean;
}

/** Adds the common options to a command. */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--cwd <dir>", "work in this folder instead of the current one")
    .option("--config <file>", "configuration file (default: artdesk.yml)")
    .option("--policy <name>", "auto, quality or volume, instead of the configured policy")
    .option("--max-cost <usd>", "most that this run may spend, in USD")
    .addOption(
      new Option(
        "--provider <id>",
        "use only this provider (repeatable); `sketch` draws storyboard cards for free",
      ).argParser(collectIds),
    )
    .option("--json", "print one JSON document on standard output");
}

/** Adds how soon the images are needed. */
export function withUrgency(command: Command): Command {
  return command.addOption(
    new Option(
      "--urgency <word>",
      "for prompt files that do not say it: `low` waits for cheap hours, `batch` goes into a batch",
    ).choices(["normal", "low", "batch"]),
  );
}

/** Turns command-line words into what core/node wants. Throws `invalid_request` for an amount that is none. */
export function deskOptions(options: CommandOptions, io: Io): AssetDeskOptions {
  return {
    cwd: options.cwd === undefined ? io.cwd : resolve(io.cwd, options.cwd),
    config: options.config,
    policy: options.policy,
    runBudgetMicroUsd: options.maxCost === undefined ? undefined : readAmount("--max-cost", options.maxCost),
    urgency: options.urgency,
    deadlineAtMs: options.deadline === undefined ? undefined : readDeadline(options.deadline, Date.now()),
    providers: options.provider,
    pixels: sharpPixelsIfInstalled(),
    env: io.env,
  };
}

/** Reads an option that may be given several times, or once with commas. */
export function collectIds(text: string, before: string[] = []): string[] {
  return [...before, ...text.split(",").map((id) => id.trim())];
}

/** An amount on the command line, in micro-USD. Throws `invalid_request` for anything else. */
export function readAmount(option: string, text: string): number {
  const microUsd = usdToMicroUsd(text.replace(/^\$/, ""));
  if (microUsd !== undefined && microUsd > 0) return microUsd;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `${option} "${text}" is not an amount in USD.`,
    hint: `Write for example ${option} 2.50.`,
  });
}

const MINUTE_MS = 60_000;

/** A moment on the command line, as Unix time in milliseconds. Throws `invalid_request` for one that is none or is over. */
function readDeadline(text: string, nowMs: number): number {
  const isMinutes = /^\d+(\.\d+)?$/.test(text);
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text);
  const atMs = isMinutes ? nowMs + Math.round(Number(text) * MINUTE_MS) : isTime ? Date.parse(text) : Number.NaN;
  if (atMs > nowMs) return atMs;
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `--deadline "${text}" is ${Number.isNaN(atMs) ? "neither minutes nor a time" : "over already"}.`,
    hint: "Write minutes from now, such as --deadline 90, or a time, such as --deadline 2026-11-25T06:00Z.",
  });
}
