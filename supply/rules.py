"""The rules that a health system may choose: CPM policies, stock cut-offs, lateness, alert holds.

Every default is the design's. `supply.rules_file` reads them from a file.
"""

from typing import Literal

import msgspec

from schemas.alerts import Condition
from schemas.catalogue import Days, FacilityKind, Months
from supply.cpm_presets import ABASTO
from supply.policy_choice import PolicyChoices
from supply.wide.thresholds import WideRules

DAY_MS = 86_400_000

MONTHS_KEPT_BEYOND_WINDOW = 12
"""A year to compare with, beside the window."""


class StockLevels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cut-offs in months of CPM and the supplier's lead time, used where the catalogue gives the item none.

    `target_months` of CPM are what should be there: three, as IMSS-Bienestar Baja California practises it.
    """

    critical_months: Months = 0.5
    min_months: Months = 1.0
    max_months: Months = 4.0
    lead_time_days: Days = 15
    target_months: Months = 3.0


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
    policies: PolicyChoices = PolicyChoices(ABASTO)
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

    wide: WideRules = WideRules()

    @property
    def lateness_ms(self) -> int:
        """The lateness window in milliseconds."""
        return round(self.lateness_days * DAY_MS)
