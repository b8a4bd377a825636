import {
  ArtdeskError,
  type Fit,
  OUTPUT_FORMATS,
  OUTPUT_PRESETS,
  type OutputFormat,
  type OutputWish,
} from "@artdesk/core";
import { finishFile, type FinishReport } from "@artdesk/core/node";
import type { Colors } from "picocolors/types.js";
import { relative, resolve } from "node:path";
import { EXIT, type ExitCode } from "../host/exit-code.ts";
import type { Io } from "../host/io.ts";
import { showFinish, showPresets } from "../show/show-finish.ts";

export interface FinishCommandOptions {
  cwd?: string;
  format?: string;
  fit?: string;
  focus?: string;
  maxKb?: string;
  quality?: string;
  out?: string;
  alt?: string;
  disclosure?: string;
  force?: boolean;
  list?: boolean;
  json?: boolean;
}

/**
 * `artdesk finish MASTER OUTPUT...`: files of exact pixels, format and weight from an image that is there. Nothing is
 * paid. Exit 1 when one of them cannot be made as asked; the others are.
 * Throws `invalid_request` for outputs that cannot be, and for files in the way.
 */
export async function finishCommand(
  master: string | undefined,
  outputs: readonly string[],
  options: FinishCommandOptions,
  io: Io,
  colors: Colors,
): Promise<ExitCode> {
  if (options.list === true) {
    io.out(options.json ? `${JSON.stringify({ presets: OUTPUT_PRESETS }, null, 2)}\n` : showPresets());
    return EXIT.done;
  }
  if (master === undefined) throw missing("No image was named.", "For example: artdesk finish hero.png og 1080x1350");
  const root = options.cwd === undefined ? io.cwd : resolve(io.cwd, options.cwd);
  const report = await finishFile({
    root,
    master: inFolder(root, master),
    outputs: outputs.map((output) => readWish(output, options)),
    ...(options.out !== undefined && { folder: inFolder(root, options.out) }),
    ...(options.alt !== undefined && { alt: options.alt }),
    disclosure: options.disclosure === "off" ? "off" : "auto",
    force: options.force === true,
  });
  io.out(options.json ? `${JSON.stringify(jsonOf(report), null, 2)}\n` : showFinish(report, colors));
  return report.unmet.length > 0 ? EXIT.failed : EXIT.done;
}

/** `og`, `og.webp`, `1080x1350`, `1080x1350.avif`: a preset or pixels, and a format behind a dot. */
function readWish(text: string, options: FinishCommandOptions): OutputWish {
  const dot = text.lastIndexOf(".");
  const ending = dot > 0 ? text.slice(dot + 1).toLowerCase() : undefined;
  const what = ending === undefined ? text : text.slice(0, dot);
  const format = readFormat(ending ?? options.format);
  return {
    ...(/^\d/.test(what) ? { size: what } : { preset: what }),
    ...(format !== undefined && { format }),
    ...(options.fit !== undefined && { fit: options.fit as Fit }),
    ...(options.focus !== undefined && { focus: options.focus }),
    ...(options.maxKb !== undefined && { maxKb: Number(options.maxKb) }),
    ...(options.quality !== undefined && { quality: Number(options.quality) }),
  };
}

function readFormat(text: string | undefined): OutputFormat | undefined {
  if (text === undefined) return undefined;
  const format = OUTPUT_FORMATS.find((known) => known === (text === "jpg" ? "jpeg" : text));
  if (format !== undefined) return format;
  throw missing(`There is no format "${text}".`, `Use one of: ${OUTPUT_FORMATS.join(", ")}.`);
}

function inFolder(root: string, path: string): string {
  return relative(root, resolve(root, path)).replaceAll("\\", "/");
}

function missing(shortMessage: string, hint: string): ArtdeskError {
  return new ArtdeskError({ code: "invalid_request", shortMessage, hint });
}

function jsonOf({ unmet, ...report }: FinishReport): object {
  return {
    ...report,
    unmet: unmet.map(({ recipe, error }) => ({
      path: recipe.file,
      preset: recipe.name,
      error: error.shortMessage,
      hint: error.hint,
    })),
  };
}
