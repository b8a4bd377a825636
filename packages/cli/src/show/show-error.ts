import { isArtdeskError } from "@artdesk/core";
import type { ReportError } from "@artdesk/core/node";
import type { CommanderError } from "commander";
import type { Colors } from "../host/colors.ts";

/** One failure as lines for people: place, what happened, what to do. */
export function showReportError(error: ReportError, colors: Colors): string {
  const place = !error.file ? "" : `${error.file}${error.line === undefined ? "" : `:${error.line}`}: `;
  const lines = [`${colors.red("✗")} ${place}${error.message}`];
  for (const issue of error.issues) lines.push(`    ${issue}`);
  if (error.hint) lines.push(`    ${colors.dim(error.hint)}`);
  return `${lines.join("\n")}\n`;
}

/** Any thrown value as a {@link ReportError}. */
export function reportErrorOf(error: unknown): ReportError {
  if (isArtdeskError(error)) {
    return {
      code: error.code,
      message: error.shortMessage,
      hint: error.hint,
      file: error.location?.file,
      line: error.location?.line,
      issues: error.issues.filter((issue) => issue !== error.shortMessage),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { code: "bad_response", message, hint: undefined, file: undefined, line: undefined, issues: [] };
}

/** Wrong words on the command line as a {@link ReportError}. */
export function usageReportError(error: CommanderError): ReportError {
  return {
    code: "invalid_request",
    message: error.message.replace(/^error: /, "").split("\n")[0] ?? error.message,
    hint: "Run `artdesk --help` for the commands.",
    file: undefined,
    line: undefined,
    issues: [],
  };
}
