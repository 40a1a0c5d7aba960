"""The form of every indicator: its value, what it was divided from, and what was left out of it."""

from collections import Counter
from typing import Literal

import msgspec

from schemas.positions import Number

LeftOut = Literal[
    "never_counted",
    "end_not_known",
    "no_target",
    "no_cover",
    "not_needed",
    "never_out",
    "no_forecast",
    "out_of_stock",
    "not_used",
    "not_over",
    "cancelled",
    "no_official",
    "no_cpm",
    "out_throughout",
    "month_not_known",
]
"""Why a position, or an order line, did not enter a figure.

- `never_counted`: its stock is not known. `end_not_known`: its stock at the end of an earlier month is not, because it
  had not been counted by then or the month ended before ends were kept.
- `no_target`: it has no CPM to make one of, or a CPM of 0.
- `no_cover`: nothing is consumed, or too little is known of it. `not_needed`: nobody misses it (`supply.need`).
- `never_out`: it had no day out. `no_forecast`: it had too little data for a CPM before the month.
- `out_of_stock`: it was out on some day, so that less could be used than was wanted.
- `not_used`: nothing was used, so there is nothing to take a percentage of.
- `not_over`: an order line that may still come in time. `cancelled`: one of which nothing is asked any more.
- `no_official`: no CPM is registered for it. `no_cpm`: it has too little data for one of our own. `out_throughout`: it
  was out of stock in every month of its CPM's window, which so does not tell what is needed. `month_not_known`: nothing
  is known of its running month, because it was not here before or its consumption comes as sheets.
"""

Missing = Literal[LeftOut, "nothing_there", "due_not_kept", "month_just_begun", "month_not_over"]
"""Why a figure has no value: for what most were left out, or

- `nothing_there`: there is no position, month or order line to count.
- `due_not_kept`: what is due is known of today only, and the figure was asked of the end of an earlier month.
- `month_just_begun`, `month_not_over`: the month has no whole day yet, or is not yet whole.
"""


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """An indicator: `value` = `part` / `whole`, null where there is nothing to divide by; `missing` then says why.

    `counted` positions (or order lines) entered it, `left_out` says how many did not, and why.
    """

    value: float | None
    part: Number | None
    whole: Number | None
    counted: int
    left_out: dict[LeftOut, int] = {}
    missing: Missing | None = None


def quotient(part: Number, whole: Number, counted: int, left_out: Counter[LeftOut]) -> Figure:
    """The figure of a sum over a sum; without a value where the lower one is not above 0."""
    value = part / whole if whole > 0 else None
    return Figure(
        value=value,
        part=part,
        whole=whole,
        counted=counted,
        left_out=dict(left_out),
        missing=None if value is not None else main_reason(left_out),
    )


def share(part: Number, whole: Number, counted: int, left_out: Counter[LeftOut]) -> Figure:
    """The figure of a part of a whole: between 0 and 1, whatever sums of floating numbers are off by."""
    return quotient(min(part, whole), whole, counted, left_out)


def not_kept(missing: Missing) -> Figure:
    """A figure for which nothing could even be looked at."""
    return Figure(value=None, part=None, whole=None, counted=0, missing=missing)


def main_reason(left_out: Counter[LeftOut]) -> Missing:
    """What most were left out for, the first in the alphabet of two as frequent."""
    if not left_out:
        return "nothing_there"
    return min(left_out, key=lambda reason: (-left_out[reason], reason))
