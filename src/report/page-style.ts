/**
 * The style sheet of the report: system fonts, light and dark, readable from 375 px upwards, no resource from outside.
 */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --page: #f6f7f9; --surface: #ffffff; --ink: #1b2129; --muted: #5a6573; --rule: #d8dde4; --diagonal: #e3e7ec; --mistake: #d1480b;
  --good: #17713a; --bad: #b3261e; --unsure: #7a5c00;
  --good-tint: #e6f4ea; --bad-tint: #fdecea; --unsure-tint: #fff5d6;
  --model-0: #64707f; --model-1: #0b74b8; --model-2: #c2500a; --model-3: #7a45c9; --model-4: #2f8238; --model-5: #b3277f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161b; --surface: #1a2027; --ink: #e8ecf1; --muted: #a3aebb; --rule: #38424e; --diagonal: #3a4450; --mistake: #ff8a4c;
    --good: #6fd394; --bad: #ff9a91; --unsure: #f0cd6a;
    --good-tint: #14301f; --bad-tint: #3a1c1a; --unsure-tint: #352b10;
    --model-0: #a0adbb; --model-1: #4fb3f0; --model-2: #ff9a5c; --model-3: #b898f5; --model-4: #7ccf83; --model-5: #f07fc0;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--page); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1120px; margin: 0 auto; padding: 40px 20px 72px; }
h1 { font-size: clamp(1.6rem, 1.1rem + 2vw, 2.4rem); line-height: 1.15; margin: 0 0 8px; letter-spacing: -0.02em; overflow-wrap: anywhere; }
h2 { font-size: 1.3rem; line-height: 1.25; margin: 0 0 12px; letter-spacing: -0.01em; }
h3 { font-size: 1rem; margin: 0 0 4px; }
p { margin: 0 0 12px; max-width: 75ch; }
section > h3 { margin-top: 24px; }
.eyebrow { color: var(--muted); font-size: 0.85rem; letter-spacing: 0.04em; margin: 0 0 6px; }
.lead, .note, figcaption p { color: var(--muted); }
.note, figcaption p { font-size: 0.875rem; }
main > section { background: var(--surface); border: 1px solid var(--rule); border-radius: 12px; padding: 24px; margin-top: 20px; }
.verdict { border-radius: 12px; border: 1px solid; border-left-width: 6px; padding: 20px 24px; margin-top: 20px; }
.verdict h2 { margin: 0 0 6px; font-size: 1.5rem; }
.verdict h2 small { font-weight: 500; font-size: 1rem; color: var(--ink); opacity: 0.8; margin-left: 6px; }
.verdict > p { font-size: 1.1rem; max-width: 85ch; margin-bottom: 16px; }
.better { background: var(--good-tint); border-color: var(--good); } .better h2 { color: var(--good); }
.worse { background: var(--bad-tint); border-color: var(--bad); } .worse h2 { color: var(--bad); }
.cannot-tell { background: var(--unsure-tint); border-color: var(--unsure); } .cannot-tell h2 { color: var(--unsure); }
dl { margin: 0; } dd { margin: 0; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; }
.tiles > div { background: var(--surface); border-radius: 8px; padding: 10px 14px; }
.tiles dt { color: var(--muted); font-size: 0.85rem; }
.tiles strong { font-size: 1.35rem; font-variant-numeric: tabular-nums; display: block; line-height: 1.3; }
.tiles span { color: var(--muted); font-size: 0.8rem; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 28px; }
@media (min-width: 1000px) { .columns.wide-left { grid-template-columns: 7fr 5fr; } }
.columns + .columns, .columns + p, .columns + .method, .table + .table, .table + .note, .columns + .note { margin-top: 24px; }
.columns > .table + .table { margin-top: 0; }
.columns > * { min-width: 0; }
.multiples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 290px), 1fr)); gap: 24px; }
.multiples h3 { font-size: 0.9rem; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
.multiples figcaption p { margin: 0; font-size: 0.8rem; }
figure { margin: 0; min-width: 0; max-width: 600px; }
figcaption p { margin-bottom: 6px; }
.chart { display: block; width: 100%; height: auto; font-family: inherit; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 0.94rem; }
figure.table { max-width: none; }
th, td { text-align: right; padding: 7px 10px; border-bottom: 1px solid var(--rule); white-space: nowrap; }
thead th { color: var(--muted); font-weight: 600; font-size: 0.82rem; vertical-align: bottom; white-space: normal; }
th:first-child, td:first-child { padding-left: 0; text-align: left; } th:last-child, td:last-child { padding-right: 0; }
.text { text-align: left; }
tbody th { font-weight: 600; text-align: left; }
tbody tr:last-child > * { border-bottom: 0; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
.chip::before { content: ""; display: inline-block; width: 0.7em; height: 0.7em; border-radius: 50%; background: var(--chip); margin-right: 0.5em; }
.legend { display: flex; flex-wrap: wrap; gap: 4px 20px; font-weight: 600; }
.facts > div { display: grid; grid-template-columns: 9em 1fr; gap: 12px; padding: 5px 0; border-bottom: 1px solid var(--rule); }
.facts > div:last-child { border-bottom: 0; } .facts dt { color: var(--muted); } .facts dd { overflow-wrap: anywhere; }
pre { background: var(--page); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px; margin: 4px 0 20px; white-space: pre-wrap; overflow-wrap: anywhere; font-size: 0.875rem; }
.photos { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(auto-fill, minmax(150px, 1fr)); gap: 20px 16px; }
.photos li { min-width: 0; } .photos p { margin: 0; overflow-wrap: anywhere; line-height: 1.35; } .photos .note { font-size: 0.75rem; }
.photos img { display: block; width: 100%; aspect-ratio: 1; object-fit: contain; background: var(--page); border-radius: 8px; margin-bottom: 8px; }
.photos img[src^="data:image/png"] { image-rendering: pixelated; } .share { color: var(--muted); font-variant-numeric: tabular-nums; white-space: nowrap; }
details { margin-top: 16px; } summary { cursor: pointer; font-weight: 600; } summary + .sortable { margin-top: 12px; }
th button { all: unset; cursor: pointer; } th button:hover { color: var(--ink); text-decoration: underline; } th button:focus-visible { outline: 2px solid; outline-offset: 2px; }
th[aria-sort="ascending"] button::after { content: " ▲"; } th[aria-sort="descending"] button::after { content: " ▼"; }
footer { color: var(--muted); font-size: 0.85rem; margin-top: 20px; }
@media (max-width: 600px) { main { padding: 24px 12px 48px; } main > section, .verdict { padding: 18px 14px; } table { font-size: 0.82rem; } th, td { padding: 6px 5px; } thead th { font-size: 0.75rem; } }
@media print { body { background: #fff; } main > section { break-inside: avoid-page; } }
`;
