import { count, headline } from "./headline.ts";
import { link, plainText } from "./markdown.ts";
import { totalsOf, type ReportModel, type ReportTotals } from "./report-model.ts";
import { resultLine, sectionsOf, type Section } from "./report-sections.ts";
import { usdText } from "./usd-text.ts";

/** GitHub takes 65,536 characters; the rest is room for what is not counted alike. */
export const COMMENT_MAX_CHARACTERS = 60_000;
/** GitHub takes 1 MiB per step and drops what is larger. */
export const SUMMARY_MAX_BYTES = 900_000;
const BODY_MAX_CHARACTERS = 60_000;
const SINCE_LINE = /^Before: \d+ images?, (?:\$|under \$)[\d.]+\. Now: \d+ images?, (?:\$|under \$)[\d.]+\.$/m;

/** First line of the comment with this id: found again by comparing the whole line. */
export function markerOf(commentId: string): string {
  return `<!-- artdesk:${commentId} -->`;
}

/** The comment on a pull request. */
export function renderComment(model: ReportModel, commentId: string, previous?: string): string {
  const totals = totalsOf(model.assets);
  const foot = "<sub>This comment is updated with every push.</sub>";
  const parts = [markerOf(commentId), stateLine(totals), headline(model), sinceLastTime(previous, totals)];
  return assemble([...parts, ...notesOf(model)], sectionsOf(model), foot, COMMENT_MAX_CHARACTERS, model.runUrl);
}

/** The job summary: the same report with room for all of it. */
export function renderSummary(model: ReportModel, moreProblems = 0): string {
  const more =
    moreProblems > 0 ? `${count(moreProblems, "more problem")} without an annotation: see below.` : undefined;
  const parts = ["### Artdesk", headline(model), ...notesOf(model), more];
  return assemble(parts, sectionsOf(model), undefined, SUMMARY_MAX_BYTES / 2, undefined);
}

/** The body of the pull request that delivers images. */
export function renderPullRequestBody(model: ReportModel): string {
  const foot =
    "<sub>Made from the prompt files by Artdesk. The branch is rebuilt with every run: put changes into the prompt files.</sub>";
  return assemble([headline(model), ...notesOf(model)], sectionsOf(model), foot, BODY_MAX_CHARACTERS, model.runUrl);
}

function notesOf(model: ReportModel): (string | undefined)[] {
  return [resultLine(model), ...model.notes.map((note) => `> ${plainText(note, 500)}`)];
}

/** Figures of this version, for the next one to compare with. Digits only, so nothing can end the HTML comment. */
function stateLine(totals: ReportTotals): string {
  const { imagesNow, microUsdNow } = figuresOf(totals);
  return `<!-- artdesk-state ${imagesNow} ${microUsdNow} -->`;
}

function figuresOf(totals: ReportTotals): { imagesNow: number; microUsdNow: number } {
  const { stale, generated, madeEarlier, estimateMicroUsd, costMicroUsd } = totals;
  return { imagesNow: stale + generated + madeEarlier, microUsdNow: estimateMicroUsd + costMicroUsd };
}

/** What changed since the version before; a version with the same figures keeps the line that is there. */
function sinceLastTime(previous: string | undefined, totals: ReportTotals): string | undefined {
  const state = /^<!-- artdesk-state (\d{1,9}) (\d{1,15}) -->$/m.exec(previous ?? "");
  if (!state) return undefined;
  if (state[0] === stateLine(totals)) return SINCE_LINE.exec(previous ?? "")?.[0];
  const [images, microUsd] = [Number(state[1]), Number(state[2])];
  const { imagesNow, microUsdNow } = figuresOf(totals);
  return `Before: ${count(images, "image")}, ${usdText(microUsd)}. Now: ${count(imagesNow, "image")}, ${usdText(microUsdNow)}.`;
}

/** Joins the parts and takes rows from the sections, in order, as long as they fit; then says what was cut. */
function assemble(
  parts: readonly (string | undefined)[],
  sections: readonly Section[],
  foot: string | undefined,
  maxCharacters: number,
  runUrl: string | undefined,
): string {
  const present = parts.filter((part) => part !== undefined);
  // The marker and the state must stand on lines of their own, directly below each other.
  const blocks = [
    present.filter((part) => part.startsWith("<!--")).join("\n"),
    ...present.filter((part) => !part.startsWith("<!--")),
  ];
  const roomForCutLines = 1_000;
  let left = maxCharacters - roomForCutLines - blocks.join("\n\n").length - (foot?.length ?? 0);
  const cut: string[] = [];
  for (const section of sections) {
    left -= section.head.length + section.foot.length + 2;
    const rows: string[] = [];
    for (const row of section.rows) {
      if (row.length > left) break;
      left -= row.length;
      rows.push(row);
    }
    if (rows.length > 0) blocks.push(`${section.head}${rows.join("")}${section.foot}`.trimEnd());
    const missing = section.rows.length - rows.length;
    if (missing > 0) {
      left = 0;
      cut.push(count(missing, section.unit));
    }
  }
  if (cut.length > 0)
    blocks.push(
      `**Cut here for GitHub's limit:** ${cut.join(", ")}. ${link("The run's summary", runUrl)} has all of them.`,
    );
  if (foot !== undefined) blocks.push(foot);
  return `${blocks.filter((block) => block !== "").join("\n\n")}\n`;
}
