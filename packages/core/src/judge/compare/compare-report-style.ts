/** The style sheet of the comparison page. */
export const COMPARE_REPORT_STYLE: string = `
:root {
  color-scheme: light dark;
  --paper: #f4f1ea; --sheet: #fffdf9; --ink: #1f1b16; --soft: #6f675b; --line: #e0d9cc; --good: #1c7c54; --bad: #b3301b; --doubt: #7d5500; --pale: #bfd8cb;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #14120f; --sheet: #1e1b17; --ink: #f1ebe0; --soft: #a59b8b; --line: #322d26; --good: #5fcf9b; --bad: #ff8a70; --doubt: #e6b455; --pale: #2c4a3c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 "Inter", "Segoe UI", system-ui, sans-serif; }
.page { max-width: 1280px; margin: 0 auto; padding: 36px clamp(16px, 3vw, 44px) 56px; }
.kicker { margin: 0; font-size: 12px; font-weight: 600; letter-spacing: .12em; text-transform: uppercase; color: var(--soft); }
h1 { margin: 4px 0 8px; font-size: clamp(24px, 3vw, 36px); line-height: 1.15; overflow-wrap: anywhere; }
h2 { margin: 0 0 10px; font-size: 16px; overflow-wrap: anywhere; }
.prompt { max-width: 75ch; margin: 0; color: var(--soft); overflow-wrap: anywhere; }
.verdict { margin: 22px 0; padding: 12px 16px; border-left: 4px solid var(--doubt); background: var(--sheet); font-weight: 600; }
.verdict.won { border-color: var(--good); }
table { width: 100%; margin: 0 0 24px; border-collapse: collapse; background: var(--sheet); table-layout: fixed; }
th, td { padding: 9px 14px; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; font-weight: 400; overflow-wrap: anywhere; }
thead th { font-weight: 650; }
th small { display: block; color: var(--soft); font-weight: 400; }
.badge { padding: 1px 8px; border-radius: 999px; background: var(--good); color: var(--sheet); font-size: 12px; }
.note { margin: -8px 0 18px; color: var(--soft); font-size: 13.5px; overflow-wrap: anywhere; }
.rate small, .none { color: var(--soft); }
.bar { position: relative; display: block; height: 8px; margin-top: 5px; border-radius: 4px; background: var(--line); }
.bar i { position: absolute; top: 0; bottom: 0; border-radius: 4px; background: var(--pale); }
.bar b { position: absolute; top: -2px; bottom: -2px; width: 4px; margin-left: -2px; border-radius: 2px; background: var(--good); }
.columns { display: grid; grid-template-columns: repeat(var(--models), minmax(0, 1fr)); gap: 22px; }
.attempts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(230px, 100%), 1fr)); gap: 14px; }
figure { margin: 0; background: var(--sheet); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
img { display: block; width: 100%; height: auto; }
figcaption { padding: 10px 14px; font-size: 13.5px; }
figcaption ul { margin: 0; padding: 0; list-style: none; }
figcaption li { display: flex; gap: 10px; }
figcaption span { flex: 0 0 4.9em; font-weight: 650; }
.placed span { color: var(--good); } .dropped span, .error { color: var(--bad); } .unsure span { color: var(--doubt); }
footer { margin-top: 12px; color: var(--soft); font-size: 13.5px; }
@media (max-width: 640px) { th, td { padding: 8px; } .columns { gap: 10px; } figcaption { padding: 8px; } figcaption li { display: block; margin-bottom: 6px; } figcaption span { display: block; } }
`;
