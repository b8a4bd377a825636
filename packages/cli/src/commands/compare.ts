import { ArtdeskError } from "@artdesk/core";
import { compareAssets } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { type ExitCode, exitCodeOfAll } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { showCompare } from "../show/show-compare.ts";

export interface CompareCommandOptions extends CommandOptions {
  models: string[];
  attempts: string;
}

/** `artdesk compare FILE --models a,b`: the same prompt on several models, judged and side by side. */
export async function compareCommand(
  paths: readonly string[],
  options: CompareCommandOptions,
  io: Io,
  colors: Colors,
): Promise<ExitCode> {
  const attempts = Number(options.attempts);
  if (!Number.isInteger(attempts)) {
    throw new ArtdeskError({
      code: "invalid_request",
      shortMessage: `--attempts "${options.attempts}" is not a whole number.`,
    });
  }
  const desk = await openDesk(deskOptions(options, io), io);
  const abort = new AbortController();
  const ignoreInterrupts = io.onInterrupt(() => abort.abort());
  try {
    const report = await compareAssets(desk, {
      paths,
      models: options.models,
      attempts,
      signal: abort.signal,
      onAsset: (id) => io.note(`Comparing ${id} ...\n`),
    });
    io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : showCompare(report, colors));
    return exitCodeOfAll(report.assets.flatMap(({ models }) => models.flatMap(({ error }) => error?.code ?? [])));
  } finally {
    ignoreInterrupts();
    await desk.close();
  }
}
