"""What concerns a whole facility, or one item everywhere: judged over the notes of all positions.

A rule is one file here with a `RULE` (`supply.wide.rule`) and its line in `supply.wide.book`; its thresholds stand in
`supply.wide.thresholds`.
"""
