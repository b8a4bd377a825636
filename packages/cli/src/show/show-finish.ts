import { OUTPUT_PRESETS } from "@artdesk/core";
import type { FinishReport } from "@artdesk/core/node";
import type { Colors } from "picocolors/types.js";
import { showTable } from "./show-table.ts";

/** From this share on a cut is worth a look. */
const NOTED_CUT = 0.25;

/** What was made from a master, file by file, and what to look at. */
export function showFinish(report: FinishReport, colors: Colors): string {
  const table = showTable(
    [
      { head: "file", maxWidth: 60 },
      { head: "pixels" },
      { head: "weight" },
      { head: "quality" },
      { head: "cut away" },
      { head: "" },
    ],
    report.files.map((file) => [
      file.path,
      `${file.widthPx}x${file.heightPx}`,
      `${Math.ceil(file.sizeBytes / 1000)} kB`,
      file.quality === undefined ? "" : String(file.quality),
      `${Math.round(file.cutAway * 100)} %`,
      file.state,
    ]),
  );
  const notes = [
    ...report.files
      .filter(({ scale }) => scale > 1)
      .map(({ path, scale }) => `${path}: the image was enlarged ${scale.toFixed(2)} times, which makes it soft.`),
    ...report.files
      .filter(({ cutAway }) => cutAway >= NOTED_CUT)
      .map(
        ({ path, cutAway }) =>
          `${path}: ${Math.round(cutAway * 100)} % of the image is cut away. Look at it; --focus x,y moves the cut.`,
      ),
    ...(report.contentCredentials === "none"
      ? []
      : ["The image carries Content Credentials, which files made from it cannot keep. The image itself keeps them."]),
    report.isMarked
      ? `Each file says that a trained model made it${report.model === undefined ? "" : ` (${report.model})`}.`
      : "No file says that a trained model made it: nothing here knows where the image comes from, or it was switched off.",
  ];
  const unmet = report.unmet.map(
    ({ error }) => `${colors.red("✗")} ${error.shortMessage}${error.hint === undefined ? "" : ` ${error.hint}`}\n`,
  );
  return `${report.files.length === 0 ? "" : table}${notes.map((note) => `! ${note}\n`).join("")}${unmet.join("")}`;
}

/** The presets as a table. */
export function showPresets(): string {
  return showTable(
    [
      { head: "preset" },
      { head: "for", maxWidth: 40 },
      { head: "pixels", maxWidth: 44 },
      { head: "format" },
      { head: "at most" },
      { head: "source", maxWidth: 70 },
    ],
    OUTPUT_PRESETS.map(({ name, title, files, maxBytes, source }) => [
      name,
      title,
      files.map(({ widthPx, heightPx }) => `${widthPx}x${heightPx}`).join(", "),
      [...new Set(files.map(({ format }) => format))].join(", "),
      maxBytes === undefined ? "" : `${maxBytes / 1_000_000} MB`,
      `${source.document} (${source.date})`,
    ]),
  );
}
