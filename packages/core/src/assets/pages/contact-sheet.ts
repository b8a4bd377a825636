import { escapeHtml } from "../../basics/escape-html.ts";
import { formatUsd } from "../../basics/money.ts";
import { CONTACT_SHEET_STYLE, filterStyle } from "./contact-sheet-style.ts";

/** How an asset fared in a run; `planned` for a run that only looked. */
export type ContactSheetStatus = "generated" | "unchanged" | "failed" | "skipped" | "planned";

/** One asset on the contact sheet. Nothing here needs to be escaped. */
export interface ContactSheetCard {
  id: string;
  /** Output paths, as people know them. */
  outputs: readonly string[];
  status: ContactSheetStatus;
  /** One per image: a `data:image/...;base64,` URI, or a URL relative to the page. Anything else is left out. */
  images: readonly string[];
  alt?: string | undefined;
  model?: string | undefined;
  quality?: string | undefined;
  /** `WIDTHxHEIGHT`. */
  size?: string | undefined;
  /** Spent in this run, or estimated for `planned`. Micro-USD. */
  costMicroUsd?: number | undefined;
  /** Plain words, most important first. */
  reasons: readonly string[];
  /** Why it failed. */
  error?: string | undefined;
  prompt: string;
  tags: Readonly<Record<string, string>>;
}

/** Everything on the page. */
export interface ContactSheetModel {
  /** For example the name of the repository. */
  title: string;
  /** As it shall stand there, for example `24 November 2026, 14:05 UTC`. */
  date: string;
  totals: {
    made: number;
    unchanged: number;
    failed: number;
    skipped?: number | undefined;
    spentMicroUsd: number;
    /** Left in the month's budget; undefined without a limit. */
    leftMicroUsd?: number | undefined;
    /** The month's limit, for the bar. */
    limitMicroUsd?: number | undefined;
  };
  cards: readonly ContactSheetCard[];
}

const STATUS_WORDS: Readonly<Record<ContactSheetStatus, string>> = {
  generated: "Made",
  unchanged: "Unchanged",
  failed: "Failed",
  skipped: "Skipped",
  planned: "Planned",
};

/** Prompts up to this length are shown whole. */
const SHORT_PROMPT_CHARACTERS = 170;

/**
 * A page that shows every image of a run with what it cost and why. One HTML file without scripts; it looks right in
 * light and dark, on a phone and on paper. Pure: the same model gives the same bytes.
 */
export function contactSheetHtml(model: ContactSheetModel): string {
  const statuses = (Object.keys(STATUS_WORDS) as ContactSheetStatus[]).filter((status) =>
    model.cards.some((card) => card.status === status),
  );
  const cards = model.cards.map(cardHtml).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src 'self' file: data:">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(model.title)}: contact sheet</title>
<style>${CONTACT_SHEET_STYLE}${filterStyle(statuses)}
</style>
</head>
<body>
<div class="page">
<header class="masthead">
<h1><span class="kicker">Contact sheet</span>${escapeHtml(model.title)}</h1>
<span class="date">${escapeHtml(model.date)}</span>
</header>
${totalsHtml(model.totals)}
${statuses.length > 1 ? filterHtml(model.cards, statuses) : ""}
<main class="grid">
${cards}
</main>
${model.cards.length === 0 ? '<p class="empty">No prompt files here yet.</p>' : ""}
<footer>Made with Artdesk. Costs are what the providers reported, else what their price lists say.</footer>
</div>
</body>
</html>
`;
}

function totalsHtml(totals: ContactSheetModel["totals"]): string {
  const count = (label: string, value: number, alarm = false): string => {
    const tone = value === 0 ? ' class="zero"' : alarm ? ' class="alarm"' : "";
    return `<div><dt>${label}</dt><dd${tone}>${value}</dd></div>`;
  };
  return `<dl class="totals">
${count("Made", totals.made)}
${count("Unchanged", totals.unchanged)}
${count("Failed", totals.failed, true)}
${totals.skipped === undefined ? "" : count("Skipped", totals.skipped)}
<div><dt>Spent</dt><dd>${formatUsd(totals.spentMicroUsd)}</dd></div>
${budgetHtml(totals)}
</dl>`;
}

function budgetHtml(totals: ContactSheetModel["totals"]): string {
  const { leftMicroUsd, limitMicroUsd } = totals;
  if (leftMicroUsd === undefined) return "";
  const amount = `<dt>Left in the budget</dt><dd>${formatUsd(leftMicroUsd)}`;
  if (limitMicroUsd === undefined || limitMicroUsd <= 0) return `<div class="budget">${amount}</dd></div>`;
  const usedPercent = Math.min(100, Math.max(0, Math.round((1 - leftMicroUsd / limitMicroUsd) * 100)));
  const tone = usedPercent >= 100 ? ' class="over"' : usedPercent >= 80 ? ' class="near"' : "";
  return `<div class="budget">${amount} <small>of ${formatUsd(limitMicroUsd)}</small></dd>
<div class="meter" role="img" aria-label="${usedPercent} percent of the budget is used"><i${tone} style="width:${usedPercent}%"></i></div></div>`;
}

function filterHtml(cards: readonly ContactSheetCard[], statuses: readonly ContactSheetStatus[]): string {
  const choice = (id: string, label: string, count: number, isChecked: boolean): string =>
    `<label><input type="radio" name="show" id="show-${id}"${isChecked ? " checked" : ""}>${label} <span>${count}</span></label>`;
  const choices = statuses.map((status) =>
    choice(status, STATUS_WORDS[status], cards.filter((card) => card.status === status).length, false),
  );
  return `<fieldset class="filter" aria-label="Show">${choice("all", "All", cards.length, true)}${choices.join("")}</fieldset>`;
}

function cardHtml(card: ContactSheetCard): string {
  const facts = [
    card.model === undefined ? "" : `<li class="model">${escapeHtml(card.model)}</li>`,
    ...[card.quality, card.size?.replace("x", " × ")].map((fact) => (fact ? `<li>${escapeHtml(fact)}</li>` : "")),
  ].join("");
  const tags = Object.entries(card.tags).map(
    ([tag, value]) => `<li>${escapeHtml(tag)} <b>${escapeHtml(value)}</b></li>`,
  );
  const reasons = card.reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`);
  return `<article class="card" data-status="${card.status}">
${stageHtml(card)}
<div class="body">
<div class="name"><h2>${escapeHtml(card.id)}</h2>${costHtml(card)}</div>
<p class="path">${card.outputs.map(escapeHtml).join("<br>")}</p>
${facts === "" ? "" : `<ul class="facts">${facts}</ul>`}
${card.error === undefined ? "" : `<p class="error">${escapeHtml(card.error)}</p>`}
${reasons.length === 0 ? "" : `<ul class="reasons">${reasons.join("")}</ul>`}
${promptHtml(card.prompt)}
${tags.length === 0 ? "" : `<ul class="tags">${tags.join("")}</ul>`}
</div>
</article>`;
}

function stageHtml(card: ContactSheetCard): string {
  const images = card.images.filter(isSafeImageUrl);
  const badge = `<span class="badge">${STATUS_WORDS[card.status]}</span>`;
  if (images.length === 0) {
    const words = { failed: "No image", planned: "Not made yet", skipped: "Not made" };
    const word = card.status in words ? words[card.status as keyof typeof words] : "No preview";
    return `<div class="stage"><div class="none">${word}</div>${badge}</div>`;
  }
  const crowd = images.length === 1 ? "" : images.length <= 4 ? " many" : " crowd";
  const pictures = images.map((url, index) => {
    const label = `${card.alt ?? card.id}${images.length > 1 ? ` (${index + 1} of ${images.length})` : ""}`;
    const picture = `<img src="${escapeHtml(url)}" alt="${escapeHtml(label)}" loading="lazy">`;
    return url.startsWith("data:") ? picture : `<a href="${escapeHtml(url)}">${picture}</a>`;
  });
  return `<div class="stage${crowd}">${pictures.join("")}${badge}</div>`;
}

/** Only images inside the page, or files beside it: a page that is opened must not call anywhere. */
function isSafeImageUrl(url: string): boolean {
  if (url.startsWith("data:")) return /^data:image\/(png|jpeg|webp|svg\+xml);base64,[A-Za-z0-9+/=]+$/.test(url);
  return !/^([a-z][a-z0-9+.-]*:|[/\\])/i.test(url.trim()) && !/[\\\p{Cc}]/u.test(url) && url !== "";
}

function costHtml(card: ContactSheetCard): string {
  const { costMicroUsd, status } = card;
  if (costMicroUsd === undefined) return "";
  if (costMicroUsd === 0)
    return `<span class="cost free">${status === "generated" || status === "planned" ? "free" : "no cost"}</span>`;
  return `<span class="cost">${status === "planned" ? "about " : ""}${formatUsd(costMicroUsd)}</span>`;
}

function promptHtml(prompt: string): string {
  const text = `dir="auto">${escapeHtml(prompt)}`;
  if (prompt.length <= SHORT_PROMPT_CHARACTERS) return `<div class="prompt"><p ${text}</p></div>`;
  return `<details class="prompt"><summary><span ${text}</span></summary></details>`;
}
