"""Guards: what may hold a rule back, as arithmetic. Pure, and used by engine and backtest alike.

`limits` counts (cooldown, rate, lock, breaker) over a `State` that is plain JSON; `windows` knows
weekly hours;
`blast` bounds how much one execution touches; `decide` asks all of them in order. Nothing
here knows where a state is kept or what time it is.
"""
