"""Each preset's parameters, beside what its source says: a figure that moves here moves what a health system counts.

Where the sources are stands in `supply/cpm_presets.py`; what is computed with them, in the golden cases of the peers.
"""

from typing import Any

import msgspec
import pytest

from supply.cpm_presets import CPM_POLICIES

DEFAULT: dict[str, Any] = {
    # Our design: the last three complete months of 30 days, each corrected for its days out.
    "window_months": 3,
    "window": "complete_months",
    "month_days": 30.0,
    "window_days": "nominal",
    "method": "normalised",
    # A month without a day of stock says nothing; one without use says 0; before the item came there is nothing.
    "full_month_out": "left_out",
    "idle_months": "counted",
    "before_first": "left_out",
    "least_months": 1,
    "least_days": 0,
    # Hospitals dispense, warehouses issue, mixing centres do both.
    "outflows": {"hospital": "dispensed", "warehouse": "issued", "mixing_centre": "both"},
    "unmet_counts": False,
    "rounding": "none",
}

SIXTY_DAYS: dict[str, Any] = {
    "window_months": 2,
    "window": "rolling",
    "month_days": 30.0,
    "window_days": "calendar",
    "method": "ratio",
    "least_days": 10,
}
"""The last 60 days; use over days with stock and data, x 30; no figure of fewer than 10 such days."""

BESIDE_THE_DEFAULT: dict[str, dict[str, Any]] = {
    "abasto": {},
    # No correction for days out at all.
    "uncorrected": {"method": "none"},
    # A month out for 30 days or more enters with what was distributed in it.
    "cote-divoire": {"full_month_out": "uncorrected"},
    # N = roundup(C x 30 M / (30 M - X)), as it is when it was out throughout; the mean of the N, rounded up.
    "openlmis": {"full_month_out": "uncorrected", "rounding": "up"},
    # Over int(3 x 30.4375) days, today included, corrected by n / (n - days out); shipments and prescriptions are
    # consumption in every store, and so are days before the first receipt.
    "open-msupply": {
        "window": "rolling",
        "month_days": 30.4375,
        "method": "ratio",
        "before_first": "counted",
        "outflows": {"hospital": "both", "warehouse": "both", "mixing_centre": "both"},
    },
    # C / (M - out / 30.5); a review period of six months or more.
    "msh": {"window_months": 6, "month_days": 30.5, "method": "ratio"},
    # Consumption / days with stock x 30.5, over six months to the day; depots count transfers and what patients and
    # services are given.
    "bhima": {
        "window_months": 6,
        "window": "rolling",
        "month_days": 30.5,
        "window_days": "calendar",
        "method": "ratio",
        "outflows": {"hospital": "dispensed", "warehouse": "both", "mixing_centre": "both"},
    },
    # Consumption / (days of the calendar's month - days out) x its days; a month out throughout enters with 0.
    "qat": {"month_days": None, "full_month_out": "zero"},
    "cstock": SIXTY_DAYS,
    "commcare": SIXTY_DAYS,
    # Its average is not documented: as by default.
    "imss-bienestar-bc": {},
}


@pytest.mark.parametrize("name", CPM_POLICIES)
def test_a_preset_is_what_its_source_says(name: str) -> None:
    assert msgspec.to_builtins(CPM_POLICIES[name]) == {"name": name, **DEFAULT, **BESIDE_THE_DEFAULT[name]}


def test_no_preset_is_missing() -> None:
    assert set(CPM_POLICIES) == set(BESIDE_THE_DEFAULT)
