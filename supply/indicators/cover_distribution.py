"""How many positions have how much cover: a mean would let one shelf for years hide ten empty ones."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from supply.indicators.figure import LeftOut, Missing, main_reason
from supply.indicators.stock import Stock

BOUNDS_DAYS: Final = (15, 30, 60, 90, 180)
"""Half a month, one, two, three (the usual target) and the projection's horizon."""


class CoverBand(msgspec.Struct, frozen=True):
    """Positions with a cover from `from_days` (included) to `to_days` (excluded; null: without end). The first band,
    from 0 to 0, holds those with nothing left for today: nothing usable, all of it used by now where sheets tell of use
    later (`supply.untold`), or less than a plan needs today."""

    from_days: int
    to_days: int | None
    positions: int


class CoverDistribution(msgspec.Struct, frozen=True, kw_only=True):
    """Cover in days: its quartiles, and how many positions lie in each band."""

    lower_quartile: float | None
    median: float | None
    upper_quartile: float | None
    bands: tuple[CoverBand, ...]
    counted: int
    left_out: dict[LeftOut, int] = {}
    missing: Missing | None = None


def cover_distribution(stocks: Iterable[Stock]) -> CoverDistribution:
    """The distribution of what is left / daily use, in days.

    A quartile is a value that occurs, by the nearest rank: the first in order that a quarter, a half or three quarters
    do not exceed. A position never counted has no cover and is left out, and so is one without a CPM above 0.

    Source: months of stock, USAID | DELIVER, Measuring Supply Chain Performance (2010); quantiles by inverted
    distribution function, Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), definition 1.
    """
    left_out: Counter[LeftOut] = Counter()
    covers: list[float] = []
    for stock in stocks:
        if stock.usable is None:
            left_out[stock.unknown] += 1
        elif stock.cover_days is None:
            left_out["no_cover"] += 1
        else:
            covers.append(stock.cover_days)
    covers.sort()
    return CoverDistribution(
        lower_quartile=_ranked(covers, 0.25),
        median=_ranked(covers, 0.5),
        upper_quartile=_ranked(covers, 0.75),
        bands=_bands(covers),
        counted=len(covers),
        left_out=dict(left_out),
        missing=None if covers else main_reason(left_out),
    )


def _ranked(covers: list[float], part: float) -> float | None:
    return covers[math.ceil(part * len(covers)) - 1] if covers else None


def _bands(covers: list[float]) -> tuple[CoverBand, ...]:
    above = [cover for cover in covers if cover > 0]
    bands = [CoverBand(0, 0, len(covers) - len(above))]
    for start, end in zip((0, *BOUNDS_DAYS), (*BOUNDS_DAYS, None), strict=True):
        inside = sum(1 for cover in above if start <= cover and (end is None or cover < end))
        bands.append(CoverBand(start, end, inside))
    return tuple(bands)
