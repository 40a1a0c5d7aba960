"""What tells how well a system is supplied: each indicator defined once, for the page, the metrics and the report.

Pure functions over what positions publish. `supply.indicators.group` has them all for one group of positions.
"""
