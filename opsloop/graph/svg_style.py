"""The picture's style: its own paper, so that it can be read on any page. Data only."""

STYLE = """
svg { --paper: #fbfbf9; --ink: #1c2024; --faint: #626a73; --line: #8b929a; --edge: #d9dad5;
  --trigger: #f3ebf9; --trigger-line: #8e5ea8; --rule: #e3eefa; --rule-line: #2f6fb3;
  --action: #e6f4ec; --action-line: #3a9a6d; --event: #fdf1e2; --event-line: #c9771f;
  --failure: #c2554d; }
@media (prefers-color-scheme: dark) {
  svg { --paper: #14171a; --ink: #e8e9e6; --faint: #9aa3ab; --line: #7d868e; --edge: #2e3439;
    --trigger: #2a2231; --trigger-line: #bf94d6; --rule: #1b2a3a; --rule-line: #6aa6e6;
    --action: #1a2c23; --action-line: #63c394; --event: #33271a; --event-line: #f0a45c;
    --failure: #ea857c; }
}
.paper { fill: var(--paper); stroke: var(--edge); }
.trigger { fill: var(--trigger); stroke: var(--trigger-line); }
.rule { fill: var(--rule); stroke: var(--rule-line); stroke-width: 1.5; }
.action { fill: var(--action); stroke: var(--action-line); }
.event { fill: var(--event); stroke: var(--event-line); }
.quiet { stroke-dasharray: 5 4; }
text { fill: var(--ink); font-family: ui-monospace, SFMono-Regular, Menlo, Consolas,
  "DejaVu Sans Mono", monospace; }
.said { font-size: 12px; }
.title { font-size: 13px; font-weight: 600; }
.trigger-ink { fill: var(--trigger-line); }
.action-ink { fill: var(--failure); }
.faint, .head { fill: var(--faint); }
.head { font-size: 12px; font-weight: 600; letter-spacing: 0.04em; }
.why { font-size: 11px; fill: var(--event-line); paint-order: stroke; stroke: var(--paper);
  stroke-width: 5px; stroke-linejoin: round; }
.link { fill: none; stroke: var(--line); stroke-width: 1.4; }
.link.may { stroke: var(--event-line); stroke-dasharray: 5 4; }
.link.failure { stroke: var(--failure); stroke-dasharray: 2 3; }
.link.would { stroke-dasharray: 1 4; stroke-linecap: round; }
.causes-head, .would-head { fill: var(--line); }
.may-head { fill: var(--event-line); }
.failure-head { fill: var(--failure); }
"""
