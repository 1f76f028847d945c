"""The page's style: readable by day and by night, and on paper. Data only."""

STYLE = """\
:root {
  color-scheme: light dark;
  --paper: #fbfbf9; --card: #ffffff; --ink: #1c2024; --faint: #626a73; --line: #e3e4e0;
  --good: #1f7a4d; --open: #a86a00; --bad: #b3261e;
  --c0: #2f6fb3; --c1: #d9822b; --c2: #3a9a6d; --c3: #8e5ea8; --c4: #c2554d; --c5: #6b8e9c;
  --c6: #b5b2a8; --held: #e6bcb6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --card: #1c2024; --ink: #e8e9e6; --faint: #9aa3ab; --line: #2e3439;
    --good: #63c394; --open: #e0a94a; --bad: #f08a80;
    --c0: #6aa6e6; --c1: #f0a45c; --c2: #63c394; --c3: #bf94d6; --c4: #ea857c;
    --c5: #94b6c4; --c6: #6d6f70; --held: #6e403c;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 40px 28px 72px; }
h1 { font-size: 28px; line-height: 1.2; margin: 0 0 6px; letter-spacing: -0.01em; }
h2 { font-size: 19px; margin: 44px 0 12px; }
h3 { font-size: 13px; margin: 22px 0 6px; color: var(--faint); font-weight: 600; }
p { margin: 6px 0; max-width: 78ch; }
.lead, .faint { color: var(--faint); }
.lead b { color: var(--ink); font-weight: 600; }
.figures {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 12px;
  margin: 26px 0;
}
.figure, .panel, details {
  background: var(--card); border: 1px solid var(--line); border-radius: 8px;
}
.figure { padding: 14px 16px; }
.figure b {
  display: block; font-size: 26px; line-height: 1.25; font-weight: 650;
  font-variant-numeric: tabular-nums;
}
.figure span { color: var(--faint); font-size: 13px; }
.panel { padding: 16px 18px; overflow-x: auto; }
.legend {
  display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; padding: 0;
  list-style: none; font-size: 13px;
}
.legend i {
  display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 7px;
}
svg { display: block; width: 100%; }
.chart { height: auto; }
.spark { width: 190px; height: 24px; }
.tick {
  fill: var(--faint); font-size: 11px;
  paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round;
}
.grid { stroke: var(--line); stroke-dasharray: 3 4; }
.base { stroke: var(--line); }
.c0 { fill: var(--c0); background: var(--c0); } .c1 { fill: var(--c1); background: var(--c1); }
.c2 { fill: var(--c2); background: var(--c2); } .c3 { fill: var(--c3); background: var(--c3); }
.c4 { fill: var(--c4); background: var(--c4); } .c5 { fill: var(--c5); background: var(--c5); }
.c6 { fill: var(--c6); background: var(--c6); }
.held { fill: var(--held); background: var(--held); }
table { border-collapse: collapse; width: 100%; font-size: 14px; }
th {
  text-align: left; color: var(--faint); font-weight: 600; font-size: 12px;
  white-space: nowrap;
}
th, td { padding: 7px 14px 7px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
td:last-child, th:last-child { padding-right: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.name { font-weight: 600; white-space: nowrap; }
.name small { display: block; font-weight: 400; color: var(--faint); }
.wide { overflow-wrap: anywhere; min-width: 14em; }
.by { min-width: 9em; overflow-wrap: anywhere; }
.whole { width: 100%; }
.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
.good { color: var(--good); } .open { color: var(--open); } .bad { color: var(--bad); }
code {
  font: 13px/1.45 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace;
  overflow-wrap: anywhere;
}
details { margin: 10px 0; padding: 0 18px; }
summary { cursor: pointer; padding: 12px 0; font-weight: 600; }
summary span { font-weight: 400; color: var(--faint); margin-left: 10px; }
details > :last-child { margin-bottom: 18px; }
ul.plain { margin: 6px 0; padding-left: 20px; }
footer { margin-top: 56px; color: var(--faint); font-size: 13px; }
@media print { details { break-inside: avoid; } }
"""
