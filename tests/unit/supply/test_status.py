"""The one status, sign by sign."""

import pytest

from supply.cover import months_of_stock
from supply.rules import StockLevels
from supply.status import status_of

LEVELS = StockLevels(critical_months=0.5, min_months=1.0, max_months=4.0, lead_time_days=15)


@pytest.mark.parametrize(
    ("usable", "cpm", "days_until_out", "status"),
    [
        (None, 100, None, "unknown"),
        (None, None, None, "unknown"),
        (0, 100, 0, "out"),
        (0, 0, 0, "out"),
        (0, None, 0, "out"),
        (10, None, None, "unknown"),
        (10, 0, None, "no_consumption"),
        (49.9, 100, None, "critical"),
        (50, 100, None, "low"),
        (99.9, 100, None, "low"),
        (100, 100, None, "adequate"),
        (400, 100, None, "adequate"),
        (400.1, 100, None, "surplus"),
        (200, 100, 15, "critical"),
        (200, 100, 16, "adequate"),
        (200, 100, 0, "critical"),
        (1000, 100, 15, "critical"),
    ],
)
def test_status(usable: float | None, cpm: float | None, days_until_out: int | None, status: str) -> None:
    months = None if usable is None else months_of_stock(usable, cpm)
    assert status_of(usable, months, days_until_out, LEVELS, LEVELS.lead_time_days, use_known=cpm is not None) == status
