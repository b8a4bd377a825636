import { ArtdeskError } from "@artdesk/core";
import {
  type AssetDesk,
  type ChainReport,
  type ChainRunOptions,
  draftAsset,
  finalAsset,
  refineAsset,
  type Stage,
} from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { type CommandOptions, deskOptions } from "../host/command-options.ts";
import { EXIT, type ExitCode, exitCodeOf } from "../host/exit-code.ts";
import { interruptSignals } from "../host/interrupt-signals.ts";
import type { Io } from "../host/io.ts";
import { openDesk } from "../host/open-desk.ts";
import { generateProgress } from "../show/generate-progress.ts";
import { showChain } from "../show/show-chain.ts";

interface ChainCommandOptions extends CommandOptions {
  /** False by `--no-wait`. */
  wait?: boolean;
}

export interface DraftCommandOptions extends ChainCommandOptions {
  count?: string;
  more?: boolean;
}

export interface RefineCommandOptions extends ChainCommandOptions {
  pick?: string;
}

export interface FinalCommandOptions extends RefineCommandOptions {
  force?: boolean;
}

/** `artdesk draft`: cheap drafts of one asset, and a page to pick from. */
export function draftCommand(asset: string, options: DraftCommandOptions, io: Io, colors: Colors): Promise<ExitCode> {
  const count = wholeNumber("--count", options.count);
  return chainCommand("draft", options, io, colors, (desk, run) =>
    draftAsset(desk, { ...run, asset, count, more: options.more ?? false }),
  );
}

/** `artdesk refine`: one correction of a draft or refinement. */
export function refineCommand(
  asset: string,
  correction: string | undefined,
  options: RefineCommandOptions,
  io: Io,
  colors: Colors,
): Promise<ExitCode> {
  const pick = wholeNumber("--pick", options.pick);
  return chainCommand("draft", options, io, colors, (desk, run) =>
    refineAsset(desk, { ...run, asset, correction: correction ?? "", pick }),
  );
}

/** `artdesk final`: the asset's own image, made from the pick on a premium model. */
export function finalCommand(asset: string, options: FinalCommandOptions, io: Io, colors: Colors): Promise<ExitCode> {
  const pick = wholeNumber("--pick", options.pick);
  return chainCommand("final", options, io, colors, (desk, run) =>
    finalAsset(desk, { ...run, asset, pick, force: options.force ?? false }),
  );
}

async function chainCommand(
  stage: Stage,
  options: ChainCommandOptions,
  io: Io,
  colors: Colors,
  work: (desk: AssetDesk, run: Omit<ChainRunOptions, "asset">) => Promise<ChainReport>,
): Promise<ExitCode> {
  const desk = await openDesk({ ...deskOptions(options, io), stage }, io);
  const interrupts = interruptSignals(io);
  try {
    const report = await work(desk, {
      lockWaitMs: options.wait === false ? 0 : undefined,
      stop: interrupts.stop,
      signal: interrupts.abort,
      onProgress: generateProgress(io, colors),
    });
    io.live("");
    io.out(options.json ? `${JSON.stringify(report, null, 2)}\n` : showChain(report, colors));
    return report.error ? exitCodeOf(report.error.code) : EXIT.done;
  } finally {
    interrupts.ignore();
    await desk.close();
  }
}

function wholeNumber(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new ArtdeskError({
    code: "invalid_request",
    shortMessage: `${option} "${text}" is not a whole number from 1 on.`,
    hint: `Write for example ${option} 3.`,
  });
}
