"""Rules on events of the past: how often each would have run, on what, and why not.

    sources ─▶ inflating ─▶ reading ─▶ envelopes ─▶ counting ─▶ tally ─▶ report ─▶ view, page
    files, S3    bytes      records      events     who wakes,   counts              text, HTML
                                                   who would run

`run` puts it together; `pool` spreads all up to the tally over processes. What lies between the
reading of bytes and the report is pure. docs/backtest.md is for users.
"""
