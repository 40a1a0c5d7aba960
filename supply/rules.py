"""The rules that a health system may choose: CPM policies, stock cut-offs, lateness, alert holds.

Every default is the design's. `supply.rules_file` reads them from a file.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.alerts import Condition, Severity
from schemas.catalogue import Days, FacilityKind, Months
from supply.cpm_presets import ABASTO
from supply.policy_choice import PolicyChoices
from supply.wide.thresholds import WideRules

DAY_MS = 86_400_000

MONTHS_KEPT_BEYOND_WINDOW = 12
"""A year to compare with, beside the window."""


Waiting = Annotated[float, Meta(ge=0, le=366)]
"""Days, whole or not, that something must last."""
Share = Annotated[float, Meta(ge=0, le=100)]
"""A share (1 is all of it), a factor or a few pieces: never below zero, and nobody means more than a hundred."""


class StockLevels(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Cut-offs in months of CPM and the supplier's lead time, used where the catalogue gives the item none.

    `target_months` of CPM are what should be there: three, as IMSS-Bienestar Baja California practises it.
    `observed_lead_time`: what of at least five deliveries stands in for a shorter lead time (`supply.lead_times`).
    """

    critical_months: Months = 0.5
    min_months: Months = 1.0
    max_months: Months = 4.0
    lead_time_days: Days = 15
    target_months: Months = 3.0
    observed_lead_time: Literal["p90", "median", "off"] = "p90"


class AlertTiming(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When an alert fires, when it is over, and what of it is one alert.

    An alert fires once its condition has held for `hold_days`, and is resolved once the leave threshold has been
    met for `clear_days`. Its severity rises at once and falls when the condition has been milder for `fall_days`. A
    condition that begins again within `quiet_days` after its alert was resolved goes on with that alert.

    The thresholds mean what the condition's file says. The leave threshold lies beyond the enter threshold
    (`leave_factor` times it, `leave_share` for `enter_share`, or `leave_days` more), so that a figure at the edge does
    not flap.
    """

    hold_days: Waiting = 0.0
    clear_days: Waiting = 0.0
    fall_days: Waiting = 1.0
    quiet_days: Waiting = 7.0
    enter_days: Waiting = 0.0
    leave_days: Waiting = 0.0
    enter_share: Share = 0.0
    leave_share: Share = 0.0
    enter_pieces: Share = 0.0
    leave_factor: Share = 1.0


REPEAT_DAYS: dict[Severity, Waiting] = {"critical": 3.0, "high": 7.0, "medium": 14.0, "low": 30.0}
"""Long enough that a reminder is read, and the sooner the worse it is."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a shard needs to judge its positions. `timings`: of the conditions whose own are not to hold."""

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
    timings: dict[Condition, AlertTiming] = {}
    repeat_days: dict[Severity, Waiting] = msgspec.field(default_factory=lambda: dict(REPEAT_DAYS))

    wide: WideRules = WideRules()

    @property
    def lateness_ms(self) -> int:
        """The lateness window in milliseconds."""
        return round(self.lateness_days * DAY_MS)
