/** The page's CSS. Colours of words and marks keep 4.5:1 and 3:1 of contrast in light and in dark. */
export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --page: light-dark(#ffffff, #14171c);
  --panel: light-dark(#f6f7f9, #1c2027);
  --ink: light-dark(#1d2229, #e6e9ee);
  --muted: light-dark(#56606d, #a3adba);
  --line: light-dark(#d9dee5, #343b46);
  --roof: light-dark(#7d8794, #7d8794);
  --link: light-dark(#0b5cad, #7ab8f5);
  --faster: light-dark(#0b6fc2, #5aaaf0);
  --slower: light-dark(#c2491d, #f08a5d);
  --peer: light-dark(#8a5a00, #e0ac4f);
  --series-1: light-dark(#0b6fc2, #5aaaf0);
  --series-2: light-dark(#c2491d, #f08a5d);
  --series-3: light-dark(#00805f, #34c79d);
  --series-4: light-dark(#8a3fb0, #cf91ee);
  --series-5: light-dark(#6b6f00, #c4c95a);
  --phase-1: light-dark(#6f7884, #9aa4b1);
  --phase-2: light-dark(#5b6470, #838d9a);
  --phase-3: light-dark(#6b6f00, #c4c95a);
  --phase-4: light-dark(#0b6fc2, #5aaaf0);
  --phase-5: light-dark(#00805f, #34c79d);
  --phase-6: light-dark(#c2491d, #f08a5d);
  --phase-7: light-dark(#8a3fb0, #cf91ee);
  --phase-8: light-dark(#5b6470, #838d9a);
  --phase-9: light-dark(#6f7884, #9aa4b1);
  --on-colour: light-dark(#ffffff, #14171c);
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
header, main { max-width: 1040px; margin: 0 auto; padding: 0 24px; }
header { padding-top: 40px; }
header p { margin: 0; color: var(--muted); }
h1 { margin: 0 0 4px; font-size: 30px; line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin: 56px 0 8px; padding-top: 20px; border-top: 1px solid var(--line); font-size: 22px; line-height: 1.3; }
h3 { margin: 32px 0 4px; font-size: 16px; }
p { max-width: 76ch; margin: 8px 0; }
a { color: var(--link); }
nav ul, .legend { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 12px 0 0; padding: 0; list-style: none; }
figure { margin: 16px 0 24px; padding: 16px 20px 12px; background: var(--panel); border-radius: 10px; --page: var(--panel); }
figcaption, .legend, td small { color: var(--muted); font-size: 13px; }
.legend { margin: 0 0 8px; }
.swatch { display: inline-block; width: 11px; height: 11px; margin-right: 7px; border-radius: 3px; }
.plot { overflow-x: auto; }
.plot svg { min-width: 680px; }
.table { overflow-x: auto; margin: 12px 0 20px; }
table { border-collapse: collapse; width: 100%; font-size: 13px; line-height: 1.4; font-variant-numeric: tabular-nums; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--muted); font-weight: 600; white-space: nowrap; }
td:first-child, td:nth-child(n + 4) { white-space: nowrap; }
td small { display: block; }
td:first-child, td:nth-child(n + 4) { white-space: nowrap; }
code { font: 12.5px/1.4 ui-monospace, monospace; }
summary { cursor: pointer; font-weight: 600; }
details { margin: 12px 0; }
.meter { display: inline-block; width: 56px; height: 7px; margin-right: 4px; background: var(--line); border-radius: 4px; overflow: hidden; }
.meter span { display: block; height: 100%; background: var(--series-1); }
main { padding-bottom: 64px; }
@media print { .plot, .table { overflow: visible; } }
`;
