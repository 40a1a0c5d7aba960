"""CPM supervision: the official CPM beside the observed one, and this month's pace beside both.

| position | official | observed | observed - official | used in the first 40 % of the month | pace |
|---|---|---|---|---|---|
| 1 | 120 | 90 | -30 | 40 | 100 |
| 2 | 60 | 90 | 30 | 60 | 150 |
| 3 | 20 | not known | left out | | |
| 4 | 80 | out in every month | left out | 5 | left out |
| sum | 180 | 180 | 0 (60 off in all) | 100 | 250 |

Difference 0 / 180 = 0 %: over all of them the official CPM is right. Off by 60 / 180 = 33 %: by position it is not.
Pace 250 / 180 = 139 % of the observed CPM. Position 4 has a CPM (`uncorrected`, often 0), but what could not be handed
out is no use that a registered CPM could differ from, nor one to set a pace beside (`supply.observed`).

Source: design section 5; the same sums as a forecast's bias and weighted error (`supply.indicators.forecast_error`),
with the official CPM for what should have been.
"""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from supply.cpm import Cpm
from supply.indicators.figure import Figure, LeftOut, Missing, not_kept, quotient
from supply.observed import observed_use
from supply.pace import pace


class CpmBeside(NamedTuple):
    """A position's official and observed CPM in pieces a month, and what was used of it in the running month so far;
    null where not known. `out_throughout`: nothing is observed because the item was out in every month of the
    window."""

    official: float | None
    observed: float | None
    used: float | None
    out_throughout: bool = False


class CpmSupervision(msgspec.Struct, frozen=True, kw_only=True):
    """`difference`: sum of (observed - official) / sum of official, above 0 where more is used than registered.
    `off_by`: sum of |observed - official| / sum of official, in which too much here does not make up for too little
    there. `pace`: sum of the paces / sum of observed CPM. Their parts and wholes are pieces a month."""

    difference: Figure
    off_by: Figure
    pace: Figure


def beside(official: float | None, cpm: Cpm, used: float | None) -> CpmBeside:
    """A position's official CPM beside what its own CPM observes."""
    observed = observed_use(cpm)
    return CpmBeside(official, observed, used, out_throughout=cpm.value is not None and observed is None)


def supervise(positions: Sequence[CpmBeside], share_gone: float) -> CpmSupervision:
    """Of a group of positions, when a share of the month is gone (0 to 1)."""
    left_out: Counter[LeftOut] = Counter()
    pairs: list[tuple[float, float]] = []
    for each in positions:
        if each.official is None:
            left_out["no_official"] += 1
        elif each.observed is None:
            left_out[_not_observed(each)] += 1
        else:
            pairs.append((each.official, each.observed))
    official = sum(official for official, _ in pairs)
    return CpmSupervision(
        difference=_of_official(sum(observed - official for official, observed in pairs), official, pairs, left_out),
        off_by=_of_official(sum(abs(observed - official) for official, observed in pairs), official, pairs, left_out),
        pace=_pace(positions, share_gone),
    )


def _not_observed(position: CpmBeside) -> LeftOut:
    return "out_throughout" if position.out_throughout else "no_cpm"


def _of_official(part: float, official: float, pairs: list[tuple[float, float]], left_out: Counter[LeftOut]) -> Figure:
    figure = quotient(part, official, len(pairs), left_out)
    # All registered are 0: there is a difference, but no percentage of it.
    return msgspec.structs.replace(figure, missing="not_used") if pairs and figure.value is None else figure


def _pace(positions: Sequence[CpmBeside], share_gone: float) -> Figure:
    left_out: Counter[LeftOut] = Counter()
    paces = observed = 0.0
    counted = 0
    begun: Missing = "month_just_begun"
    for each in positions:
        if each.observed is None:
            left_out[_not_observed(each)] += 1
        elif each.used is None:
            left_out["month_not_known"] += 1
        elif (found := pace(each.used, share_gone)) is None:
            return not_kept(begun)
        else:
            counted += 1
            paces += found
            observed += each.observed
    figure = quotient(paces, observed, counted, left_out)
    return msgspec.structs.replace(figure, missing="not_used") if counted and figure.value is None else figure
