/** The style sheet of the contact sheet: paper and ink by day, a darkroom by night. */
export const CONTACT_SHEET_STYLE: string = `
:root {
  color-scheme: light dark;
  --paper: #f4f1ea; --sheet: #fffdf9; --ink: #1f1b16; --soft: #6f675b; --line: #e0d9cc; --stage: #ebe6db;
  --made: #1c7c54; --same: #6f675b; --failed: #c0341d; --skipped: #946200; --planned: #2d5fb3; --accent: #c0341d;
  --shadow: 0 1px 2px rgb(60 45 20 / .06), 0 8px 24px -12px rgb(60 45 20 / .18);
  --sans: "Inter", "Segoe UI", system-ui, -apple-system, "Helvetica Neue", Arial, sans-serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14120f; --sheet: #1e1b17; --ink: #f1ebe0; --soft: #a59b8b; --line: #322d26; --stage: #0f0d0b;
    --made: #5fcf9b; --same: #a59b8b; --failed: #ff8a70; --skipped: #e6b455; --planned: #8db4ff; --accent: #ff8a70;
    --shadow: 0 1px 2px rgb(0 0 0 / .4), 0 12px 32px -16px rgb(0 0 0 / .7);
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 var(--sans); -webkit-font-smoothing: antialiased; }
.page { max-width: 1480px; margin: 0 auto; padding: 40px clamp(16px, 3.2vw, 48px) 64px; }
.masthead { display: flex; flex-wrap: wrap; gap: 8px 32px; align-items: baseline; justify-content: space-between; padding-bottom: 18px; border-bottom: 2px solid var(--ink); }
.masthead h1 { margin: 0; font-size: clamp(26px, 3.2vw, 40px); line-height: 1.1; font-weight: 700; letter-spacing: -.025em; text-wrap: balance; overflow-wrap: anywhere; }
.masthead .kicker { display: block; margin-bottom: 8px; font-size: 12px; font-weight: 600; letter-spacing: .14em; text-transform: uppercase; color: var(--accent); }
.masthead time, .masthead .date { color: var(--soft); font-variant-numeric: tabular-nums; }
.totals { display: flex; flex-wrap: wrap; margin: 0; padding: 22px 0; gap: 20px 0; border-bottom: 1px solid var(--line); }
.totals > div { padding: 0 clamp(18px, 2.6vw, 40px); border-left: 1px solid var(--line); }
.totals > div:first-child { padding-left: 0; border-left: 0; }
.totals dt { font-size: 12.5px; color: var(--soft); }
.totals dd { margin: 2px 0 0; font-size: 27px; line-height: 1.15; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; }
.totals .zero { color: var(--soft); font-weight: 500; }
.totals .alarm { color: var(--failed); }
.totals .budget { flex: 1 1 220px; padding-right: 0; }
.totals .budget small { font-size: 14px; font-weight: 400; letter-spacing: 0; color: var(--soft); }
.meter { height: 6px; margin-top: 10px; border-radius: 3px; background: var(--line); overflow: hidden; }
.meter i { display: block; height: 100%; border-radius: 3px; background: var(--made); }
.meter i.near { background: var(--skipped); }
.meter i.over { background: var(--failed); }
.filter { display: flex; flex-wrap: wrap; gap: 8px; margin: 22px 0 0; padding: 0; border: 0; }
.filter label { display: inline-flex; gap: 7px; align-items: center; padding: 5px 13px; border: 1px solid var(--line); border-radius: 999px; background: var(--sheet); font-size: 13.5px; cursor: pointer; }
.filter label span { color: var(--soft); font-variant-numeric: tabular-nums; }
.filter input { position: absolute; opacity: 0; pointer-events: none; }
.filter label:has(:checked) { background: var(--ink); border-color: var(--ink); color: var(--paper); }
.filter label:has(:checked) span { color: inherit; opacity: .7; }
.filter label:has(:focus-visible) { outline: 2px solid var(--accent); outline-offset: 2px; }
.grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 310px), 1fr)); gap: 24px; margin-top: 24px; }
.card { display: flex; flex-direction: column; min-width: 0; background: var(--sheet); border: 1px solid var(--line); border-radius: 12px; box-shadow: var(--shadow); overflow: hidden; }
.stage { position: relative; display: grid; aspect-ratio: 4 / 3; background: var(--stage); border-bottom: 1px solid var(--line); gap: 2px; overflow: hidden; }
.stage.many { grid-template-columns: 1fr 1fr; grid-auto-rows: 1fr; }
.stage.crowd { grid-template-columns: 1fr 1fr 1fr; grid-auto-rows: 1fr; }
.stage > a, .stage > img { display: block; width: 100%; height: 100%; min-width: 0; min-height: 0; }
.stage img { width: 100%; height: 100%; object-fit: contain; padding: 14px; filter: drop-shadow(0 2px 6px rgb(0 0 0 / .22)); }
.stage.many img, .stage.crowd img { padding: 0; object-fit: cover; filter: none; }
.stage .none { display: grid; place-items: center; padding: 28px; color: var(--soft); font-size: 14px; text-align: center; }
.card[data-status="failed"] .stage .none { color: var(--failed); }
.badge { position: absolute; top: 12px; left: 12px; display: inline-flex; align-items: center; gap: 6px; padding: 3px 10px 3px 8px; border-radius: 999px; background: var(--sheet); color: var(--ink); font-size: 12.5px; font-weight: 600; box-shadow: 0 1px 4px rgb(0 0 0 / .2); }
.badge::before { content: ""; width: 8px; height: 8px; border-radius: 50%; background: var(--tone); }
.card[data-status="generated"] { --tone: var(--made); }
.card[data-status="unchanged"] { --tone: var(--same); }
.card[data-status="failed"] { --tone: var(--failed); }
.card[data-status="skipped"] { --tone: var(--skipped); }
.card[data-status="planned"] { --tone: var(--planned); }
.body { display: flex; flex-direction: column; flex: 1; gap: 12px; padding: 16px 18px 18px; }
.name { display: flex; gap: 12px; align-items: baseline; justify-content: space-between; }
.name h2 { margin: 0; min-width: 0; font-size: 16px; line-height: 1.3; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere; }
.cost { flex: none; font-size: 16px; font-weight: 650; font-variant-numeric: tabular-nums; }
.cost.free { color: var(--soft); font-weight: 500; }
.path { margin: -9px 0 0; font: 12px/1.5 var(--mono); color: var(--soft); overflow-wrap: anywhere; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 8px; margin: 0; padding: 0; list-style: none; font-size: 13px; }
.facts li { max-width: 100%; overflow-wrap: anywhere; }
.facts li + li::before { content: "\\00b7"; margin-right: 8px; color: var(--soft); }
.facts .model { font-weight: 600; }
.reasons { margin: 0; padding: 0; list-style: none; font-size: 13.5px; color: var(--soft); }
.reasons li { position: relative; padding-left: 15px; overflow-wrap: anywhere; }
.reasons li + li { margin-top: 3px; }
.reasons li::before { content: ""; position: absolute; left: 1px; top: .68em; width: 7px; height: 1.5px; background: var(--accent); opacity: .65; }
.error { margin: 0; padding: 9px 12px; border-left: 3px solid var(--failed); border-radius: 0 6px 6px 0; background: color-mix(in srgb, var(--failed) 9%, transparent); font-size: 13.5px; overflow-wrap: anywhere; white-space: pre-line; }
.prompt { margin: 0; padding-top: 12px; border-top: 1px solid var(--line); font-size: 13.5px; line-height: 1.55; overflow-wrap: anywhere; }
.prompt p, .prompt span { margin: 0; white-space: pre-line; }
details.prompt summary { display: block; cursor: pointer; list-style: none; }
details.prompt summary::-webkit-details-marker { display: none; }
details.prompt summary span { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 3; overflow: hidden; }
details.prompt[open] summary span { display: block; }
details.prompt summary::after { content: "Show all"; display: inline-block; margin-top: 4px; font-size: 12.5px; font-weight: 600; color: var(--accent); }
details.prompt[open] summary::after { content: "Fold"; }
details.prompt summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
.tags { display: flex; flex-wrap: wrap; gap: 6px; margin: auto 0 0; padding: 0; list-style: none; }
.tags li { max-width: 100%; padding: 1px 8px; border: 1px solid var(--line); border-radius: 5px; font-size: 12px; color: var(--soft); overflow-wrap: anywhere; }
.tags b { font-weight: 600; color: var(--ink); }
.empty { padding: 64px 0; color: var(--soft); text-align: center; }
footer { margin-top: 40px; color: var(--soft); font-size: 12.5px; }
@media (max-width: 640px) {
  .page { padding-top: 24px; }
  .totals > div { padding: 0 16px; }
  .totals dd { font-size: 22px; }
  .totals .budget { flex-basis: 100%; padding: 0; border-left: 0; }
}
@media print {
  body { background: #fff; }
  .filter { display: none; }
  .card { break-inside: avoid; box-shadow: none; }
}
`;

/** Hides the cards of other statuses when one is chosen; no script is needed. */
export function filterStyle(statuses: readonly string[]): string {
  return statuses
    .map((status) => `.page:has(#show-${status}:checked) .card:not([data-status="${status}"]) { display: none; }`)
    .join("\n");
}
