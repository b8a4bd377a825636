import { escapeHtml } from "../../basics/escape-html.ts";
import { formatUsd } from "../../basics/money.ts";
import type { Codec } from "../../basics/ports.ts";
import { COMPARE_REPORT_STYLE } from "./compare-report-style.ts";
import type { ComparedModel, Comparison } from "./comparison.ts";
import type { RateInterval } from "./wilson-interval.ts";

/** What the page says beside the comparison itself. */
export interface CompareReportOptions {
  title: string;
  codec: Pick<Codec, "encodeBase64">;
}

/** The comparison as one HTML page with everything in it: images side by side, rates with their intervals, prices. */
export function compareReportHtml(comparison: Comparison, { title, codec }: CompareReportOptions): string {
  const { models, winner, attempts } = comparison;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}: comparison</title>
<style>${COMPARE_REPORT_STYLE}</style>
</head>
<body>
<main class="page">
<header>
<p class="kicker">Comparison, ${attempts} ${attempts === 1 ? "attempt" : "attempts"} each</p>
<h1>${escapeHtml(title)}</h1>
<p class="prompt">${escapeHtml(comparison.prompt)}</p>
</header>
<p class="verdict ${winner.name === undefined ? "open" : "won"}">${escapeHtml(winner.reason)}</p>
${figuresTable(models, winner.name)}
${elementsTable(models)}
${notesOf(models)}<section aria-label="Images" class="columns" style="--models: ${models.length}">
${models.map((model) => imageColumn(model, codec)).join("\n")}
</section>
<footer>
<p>Rates carry their 95 % Wilson interval. Elements that the judge could not tell do not count. A judge is a model, too:
check its verdicts on images that you have labelled yourself.</p>
<p>Spent on this comparison: ${formatUsd(comparison.costMicroUsd)}.</p>
</footer>
</main>
</body>
</html>
`;
}

function figuresTable(models: readonly ComparedModel[], winner: string | undefined): string {
  const row = (label: string, cell: (model: ComparedModel) => string): string =>
    `<tr><th scope="row">${label}</th>${models.map((model) => `<td>${cell(model)}</td>`).join("")}</tr>`;
  return `<table>
<thead><tr><td></td>${models
    .map(
      ({ name, model, quality, size }) =>
        `<th scope="col">${escapeHtml(model)}${name === winner ? ' <span class="badge">winner</span>' : ""}<small>${escapeHtml(`${quality}, ${size.replace("x", " × ")}`)}</small></th>`,
    )
    .join("")}</tr></thead>
<tbody>
${row("Elements placed", ({ placed }) => bar(placed))}
${row("Images with everything", ({ complete }) => bar(complete))}
${row("Price per image", ({ costPerImageMicroUsd }) => (costPerImageMicroUsd === undefined ? "no image" : formatUsd(costPerImageMicroUsd)))}
${row("Time per call", ({ durationMs }) => (durationMs === undefined ? "no image" : `${(durationMs / 1000).toFixed(1)} s`))}
${row("Judged by", ({ judged }) => judgesOf(judged))}
</tbody>
</table>`;
}

function judgesOf(judged: ComparedModel["judged"]): string {
  const names = new Set(
    judged.flatMap(({ judge, judgeModel, sameFamily }) =>
      judge === undefined ? [] : [`${judge} (${judgeModel ?? ""})${sameFamily ? ", same provider as the maker" : ""}`],
    ),
  );
  return names.size === 0 ? "nobody" : [...names].map(escapeHtml).join("<br>");
}

/** What went another way than planned, such as a judge that had to be replaced. */
function notesOf(models: readonly ComparedModel[]): string {
  const notes = models.flatMap(({ name, warnings }) => warnings.map((warning) => `${name}: ${warning}`));
  return notes.map((note) => `<p class="note">${escapeHtml(note)}</p>\n`).join("");
}

function elementsTable(models: readonly ComparedModel[]): string {
  const elements = new Map(models.flatMap((model) => model.elements.map(({ id, element }) => [id, element] as const)));
  if (elements.size === 0) return "";
  const rows = [...elements].map(([id, element]) => {
    const cells = models.map((model) => {
      const rate = model.elements.find((candidate) => candidate.id === id);
      return `<td>${rate ? bar(rate) : ""}</td>`;
    });
    return `<tr><th scope="row">${escapeHtml(element)}</th>${cells.join("")}</tr>`;
  });
  const heads = models.map(({ name }) => `<th scope="col">${escapeHtml(name)}</th>`).join("");
  return `<table><thead><tr><th scope="col">Element</th>${heads}</tr></thead><tbody>\n${rows.join("\n")}\n</tbody></table>`;
}

/** A rate as figures and as a bar whose pale part is the interval. */
function bar({ successes, trials, rate, low, high }: RateInterval): string {
  if (rate === undefined) return '<span class="none">not judged</span>';
  const percent = (share: number): string => (share * 100).toFixed(0);
  const interval = `left:${percent(low)}%;width:${Math.max(1, Math.round((high - low) * 100))}%`;
  return `<span class="rate"><b>${successes} of ${trials}</b> <small>${percent(low)} to ${percent(high)} %</small></span><span class="bar" aria-hidden="true"><i style="${interval}"></i><b style="left:${percent(rate)}%"></b></span>`;
}

function imageColumn(model: ComparedModel, codec: Pick<Codec, "encodeBase64">): string {
  const images = model.images.map((image, index) => {
    const judged = model.judged.find(({ sha256 }) => sha256 === image.sha256);
    const source = `data:${image.mediaType};base64,${codec.encodeBase64(image.bytes)}`;
    const elements = judged?.elements.map(
      ({ element, verdict }) => `<li class="${verdict}"><span>${verdict}</span> ${escapeHtml(element)}</li>`,
    );
    const reason = judged?.reason === undefined ? "" : `<p class="none">${escapeHtml(judged.reason)}</p>`;
    return `<figure><img src="${source}" alt="Attempt ${index + 1} of ${escapeHtml(model.name)}" width="${image.widthPx}" height="${image.heightPx}"><figcaption><ul>${(elements ?? []).join("")}</ul>${reason}</figcaption></figure>`;
  });
  const error = model.error === undefined ? "" : `<p class="error">${escapeHtml(model.error.message)}</p>`;
  return `<div><h2>${escapeHtml(model.name)}</h2>${error}<div class="attempts">${images.join("")}</div></div>`;
}
