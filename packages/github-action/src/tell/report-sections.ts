import { count } from "./headline.ts";
import { codeText, link, plainText, table, thumbnail } from "./markdown.ts";
import type { ReportAsset, ReportModel } from "./report-model.ts";
import { priceText } from "./usd-text.ts";

const THUMBNAIL_PX = 160;
const REASONS_SHOWN = 3;
const REJECTIONS_SHOWN = 5;

/** A part of the report that can be cut: rows that each stand alone, between a head and a foot. */
export interface Section {
  head: string;
  rows: readonly string[];
  foot: string;
  /** What a row is, for the line that says what was cut. */
  unit: string;
}

/** The parts of a report in the order of their weight: what failed, what is new, then what is folded away. */
export function sectionsOf(model: ReportModel): readonly Section[] {
  const { assets } = model;
  const pick = (...states: ReportAsset["state"][]): ReportAsset[] =>
    assets.filter(({ state }) => states.includes(state));
  const active = pick("generated", "made_earlier", "stale");
  return [
    tableSection(["Failed", "What went wrong", "What to do"], pick("failed", "invalid").map(failedRow), "failure"),
    tableSection(
      imageHead(model, active),
      active.map((asset) => imageRow(asset, active)),
      "image",
    ),
    folded(["Image", "Batch"], pick("submitted").map(skippedRow), "image in a batch", "In a batch"),
    folded(["Image", "Why"], pick("skipped").map(skippedRow), "skipped image"),
    folded(["Image", "Model", "Why not"], active.flatMap(rejectedRows), "rejected offer", "Why not other models"),
    folded(["Image", "Prompt file"], pick("unchanged").map(unchangedRow), "unchanged image"),
  ].filter((section) => section.rows.length > 0);
}

function tableSection(head: readonly string[], cells: readonly (readonly string[])[], unit: string): Section {
  return { head: `${table(head, [])}\n`, rows: cells.map((row) => `| ${row.join(" | ")} |\n`), foot: "", unit };
}

function folded(
  head: readonly string[],
  cells: readonly (readonly string[])[],
  unit: string,
  summary: string = count(cells.length, unit),
): Section {
  const section = tableSection(head, cells, unit);
  const open = `<details><summary>${summary}</summary>\n\n`;
  return { ...section, head: `${open}${section.head}`, foot: "\n</details>\n" };
}

function imageHead(model: ReportModel, active: readonly ReportAsset[]): string[] {
  const cost = model.mode === "generate" ? "Cost" : "Cost (at most)";
  const pictures = [
    active.some((asset) => asset.beforeUrl !== undefined) ? "Before" : undefined,
    active.some((asset) => asset.afterUrl !== undefined) ? "After" : undefined,
  ].filter((head) => head !== undefined);
  return ["Image", ...pictures, "Model", "Why", cost];
}

function imageRow(asset: ReportAsset, active: readonly ReportAsset[]): string[] {
  const pictures = [
    active.some(({ beforeUrl }) => beforeUrl !== undefined)
      ? picture(asset.beforeUrl, `${asset.id} before`)
      : undefined,
    active.some(({ afterUrl }) => afterUrl !== undefined) ? picture(asset.afterUrl, `${asset.id} after`) : undefined,
  ].filter((cell) => cell !== undefined);
  return [codeText(asset.output), ...pictures, modelCell(asset), reasonsCell(asset), costCell(asset)];
}

function picture(url: string | undefined, alt: string): string {
  return thumbnail(url, alt, THUMBNAIL_PX) || "none";
}

function modelCell({ model, quality, size }: ReportAsset): string {
  if (model === undefined) return "none";
  const facts = [quality, size].filter((fact) => fact !== undefined).filter((fact) => fact !== "");
  return `${codeText(model)}${facts.length > 0 ? `<br>${facts.map((fact) => plainText(fact, 40)).join(", ")}` : ""}`;
}

function reasonsCell({ reasons }: ReportAsset): string {
  return reasons
    .slice(0, REASONS_SHOWN)
    .map((reason) => plainText(reason, 200))
    .join("<br>");
}

function costCell({ costMicroUsd, estimateMicroUsd, worstCaseMicroUsd }: ReportAsset): string {
  if (costMicroUsd !== undefined) return priceText(costMicroUsd);
  if (estimateMicroUsd === undefined) return "";
  const most = worstCaseMicroUsd ?? estimateMicroUsd;
  return most > estimateMicroUsd
    ? `${priceText(estimateMicroUsd)} (${priceText(most, "up")})`
    : priceText(estimateMicroUsd);
}

function failedRow({ output, promptFile, problem, costMicroUsd }: ReportAsset): string[] {
  const place = problem?.line === undefined ? promptFile : `${promptFile}:${problem.line}`;
  const cost = costMicroUsd !== undefined && costMicroUsd > 0 ? ` It cost ${priceText(costMicroUsd)}.` : "";
  return [
    `${codeText(output)}<br>${codeText(place)}`,
    `${plainText(problem?.message ?? "unknown", 500)}${cost}`,
    plainText(problem?.hint ?? ""),
  ];
}

function skippedRow({ output, reasons, problem }: ReportAsset): string[] {
  return [codeText(output), plainText(problem?.message ?? reasons[0] ?? "")];
}

function unchangedRow({ output, promptFile }: ReportAsset): string[] {
  return [codeText(output), codeText(promptFile)];
}

function rejectedRows({ output, rejected }: ReportAsset): string[][] {
  const rows = rejected.slice(0, REJECTIONS_SHOWN).map(({ model, quality, size, reason }) => {
    const facts = [quality, size].filter((fact) => fact !== "").map((fact) => plainText(fact, 40));
    return [codeText(output), `${codeText(model)} ${facts.join(", ")}`.trim(), plainText(reason)];
  });
  const more = rejected.length - rows.length;
  return more > 0 ? [...rows, [codeText(output), `and ${more} more`, "in the JSON report"]] : rows;
}

/** The line that says where the result is. */
export function resultLine({ commit, pullRequest }: ReportModel): string | undefined {
  const parts = [
    commit === undefined ? undefined : `Commit ${link(commit.sha.slice(0, 7), commit.url)}.`,
    pullRequest === undefined ? undefined : `Pull request ${link(`${pullRequest.number}`, pullRequest.url)}.`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(" ");
}
