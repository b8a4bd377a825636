import { formatUsd, type RateInterval } from "@artdesk/core";
import type { ComparedAsset, CompareReport } from "@artdesk/core/node";
import type { Colors } from "../host/colors.ts";
import { showTable } from "./show-table.ts";

/** A comparison for people: one row per model, one per element, and who won. */
export function showCompare(report: CompareReport, colors: Colors): string {
  const parts = report.assets.map((asset) => showAsset(asset, colors));
  return `${parts.join("\n")}\nSpent ${formatUsd(report.totals.costMicroUsd)} on ${report.totals.images} images.\n`;
}

function showAsset(asset: ComparedAsset, colors: Colors): string {
  const { models } = asset;
  const figures = showTable(
    [
      { head: "model", maxWidth: 36 },
      { head: "elements placed" },
      { head: "images with everything" },
      { head: "price", align: "right" },
      { head: "time", align: "right" },
    ],
    models.map((model) => [
      `${model.model} ${model.quality}`,
      describeRate(model.placed),
      describeRate(model.complete),
      model.costPerImageMicroUsd === undefined ? "" : formatUsd(model.costPerImageMicroUsd),
      model.durationMs === undefined ? "" : `${(model.durationMs / 1000).toFixed(1)} s`,
    ]),
  );
  const elements = models[0]?.elements ?? [];
  const rates =
    elements.length === 0
      ? ""
      : showTable(
          [{ head: "element", maxWidth: 60 }, ...models.map(({ name }) => ({ head: name }))],
          elements.map(({ id, element }) => [
            element,
            ...models.map((model) => {
              const rate = model.elements.find((candidate) => candidate.id === id);
              return rate ? describeRate(rate) : "";
            }),
          ]),
        );
  const notes = models.flatMap(({ name, error, warnings }) => [
    ...(error ? [`${colors.red("✗")} ${name}: ${error.message}`] : []),
    ...warnings.map((warning) => `${colors.yellow("!")} ${name}: ${warning}`),
  ]);
  return `${colors.bold(asset.id)}\n${[figures, rates, ...notes, asset.winner.reason, `Report: ${asset.report}\n`].filter(Boolean).join("\n")}`;
}

function describeRate({ successes, trials, low, high }: RateInterval): string {
  if (trials === 0) return "not judged";
  return `${successes} of ${trials} (${Math.round(low * 100)} to ${Math.round(high * 100)} %)`;
}
