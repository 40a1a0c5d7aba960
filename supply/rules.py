"""The rules that a health system may choose: CPM policy, stock cut-offs, lateness, alert holds.

Every default is the design's; presets are named after where they are practised.
"""

from typing import Literal

import msgspec

from schemas.alerts import Condition
from schemas.catalogue import FacilityKind

StockOutMethod = Literal["none", "normalised", "ratio", "skip"]

DAY_MS = 86_400_000


class CpmPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """How the average monthly consumption (CPM) is computed.

    `window_months` months are looked at, complete ones only unless `running_month`. `month_days` is the length of a
    month in days, `None` the calendar's. `full_month_out` says what becomes of a month with as many days out as it
    has days: `left_out`, or `uncorrected` (its plain consumption counts). `least_months` is the number of
    months with data below which there is no figure.
    """

    name: str
    window_months: int = 3
    running_month: bool = False
    month_days: float | None = 30.0
    method: StockOutMethod = "normalised"
    full_month_out: Literal["left_out", "uncorrected"] = "left_out"
    least_months: int = 1
    unmet_counts: bool = False


CPM_POLICIES: dict[str, CpmPolicy] = {
    policy.name: policy
    for policy in (
        CpmPolicy(name="abasto"),
        CpmPolicy(name="cote-divoire", full_month_out="uncorrected"),
        CpmPolicy(name="uncorrected", method="none"),
    )
}
"""`cote-divoire` is what the national system's own averages of 2016-2019 follow: a month out of stock for 30 days or
more enters with what was distributed in it (docs/decisions/cpm.md)."""

MONTHS_KEPT_BEYOND_WINDOW = 12
"""A year to compare with, beside the window."""


class StockLevels(msgspec.Struct, frozen=True, kw_only=True):
    """Cut-offs in months of CPM and the supplier's lead time, used where the catalogue gives the item none."""

    critical_months: float = 0.5
    min_months: float = 1.0
    max_months: float = 4.0
    lead_time_days: int = 15


class AlertTiming(msgspec.Struct, frozen=True, kw_only=True):
    """When an alert fires and when it is over.

    An alert fires once its condition has held for `hold_days`, and is resolved once the leave threshold has been
    met for `clear_days`. The leave threshold lies beyond the enter threshold (`leave_factor` times the stock, or
    `leave_days` more cover), so that a stock at the edge does not flap.
    """

    hold_days: float = 0.0
    clear_days: float = 0.0
    leave_factor: float = 1.0
    leave_days: float = 0.0


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a shard needs to judge its positions."""

    lateness_days: float = 7.0
    horizon_days: int = 180
    cpm: CpmPolicy = CPM_POLICIES["abasto"]
    levels: dict[FacilityKind, StockLevels] = msgspec.field(
        default_factory=lambda: {
            "hospital": StockLevels(),
            "warehouse": StockLevels(),
            "mixing_centre": StockLevels(),
        }
    )
    watch: Literal["oncology", "all"] = "oncology"
    timings: dict[Condition, AlertTiming] = msgspec.field(
        default_factory=lambda: {
            "stock_out": AlertTiming(leave_days=3.0),
            "shortage": AlertTiming(clear_days=1.0, leave_days=5.0),
            "low_stock": AlertTiming(hold_days=1.0, clear_days=1.0, leave_factor=1.2),
        }
    )

    @property
    def lateness_ms(self) -> int:
        """The lateness window in milliseconds."""
        return round(self.lateness_days * DAY_MS)

    @property
    def months_kept(self) -> int:
        """Months of consumption a position keeps."""
        return self.cpm.window_months + MONTHS_KEPT_BEYOND_WINDOW
