import { isArtdeskError } from "@artdesk/core";
import type { ReportError } from "@artdesk/core/node";
import type { CommanderError } from "commander";
import type { Colors } from "../host/colors.ts";

/** One failure as lines for people: place, what happened, what to do. */
export function showReportError(error: ReportError, colors: Colors): string {
  const place = placeOf(error);
  const lines = [`${colors.red("✗")} ${place === "" ? "" : `${place}: `}${error.message}`];
  for (const issue of error.issues) lines.push(`    ${issue}`);
  if (error.hint) lines.push(`    ${colors.dim(error.hint)}`);
  return `${lines.join("\n")}\n`;
}

/** What went wrong with the assets of a run, each thing once, with the places and names that it concerns. */
export function showAssetErrors(
  assets: readonly { id: string; error: ReportError | undefined }[],
  colors: Colors,
): string[] {
  const groups = new Map<string, { error: ReportError; places: Map<string, string[]> }>();
  for (const { id, error } of assets) {
    if (!error) continue;
    const key = JSON.stringify([error.message, error.hint, error.issues]);
    const group = groups.get(key) ?? { error, places: new Map<string, string[]>() };
    groups.set(key, group);
    const place = placeOf(error);
    group.places.set(place, [...(group.places.get(place) ?? []), id]);
  }
  return [...groups.values()].map(({ error, places }) => {
    const ids = [...places.values()].flat();
    // One asset is named by its place, unless its file describes several.
    const isOneOfMany = error.file?.endsWith(".image.md") === true && error.file !== `${ids[0]}.image.md`;
    if (ids.length === 1 && !isOneOfMany) return showReportError(error, colors);
    const owners = [...places].map(([place, named]) => `${place === "" ? "" : `${place}: `}${named.join(", ")}`);
    const head = ids.length === 1 ? `${owners[0]}: ` : `${ids.length} assets: `;
    const lines = [`${colors.red("✗")} ${head}${error.message}`];
    if (ids.length > 1) lines.push(...owners.map((owner) => `    ${owner}`));
    for (const issue of error.issues) lines.push(`    ${issue}`);
    if (error.hint) lines.push(`    ${colors.dim(error.hint)}`);
    return `${lines.join("\n")}\n`;
  });
}

function placeOf({ file, line }: ReportError): string {
  return !file ? "" : `${file}${line === undefined ? "" : `:${line}`}`;
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
