"""What a CPM policy may choose: window, day count, stock-out method, what counts as consumption, minimum data."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from schemas.catalogue import FacilityKind

StockOutMethod = Literal["none", "normalised", "ratio", "skip"]
Window = Literal["complete_months", "running_month", "rolling"]
WindowDays = Literal["nominal", "calendar"]
FullMonthOut = Literal["left_out", "uncorrected", "zero"]
IdleMonths = Literal["counted", "left_out"]
BeforeFirst = Literal["left_out", "counted"]
PolicyOutflow = Literal["dispensed", "issued", "both"]
Outflow = Literal["dispensed", "issued", "both", "issued_to_services"]
"""What counts at a position in fact (`supply.outflow`): what its policy says, or what takes its place."""
CpmRounding = Literal["none", "up"]

WINDOW_MONTHS_LIMIT = 60
"""Five years; a position keeps that many months and a year more."""


class Outflows(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is consumption in each kind of facility: what was `dispensed` to patients, `issued` to other places, or
    `both`. Hospitals dispense and their transfers are not consumption; a warehouse's issues are."""

    hospital: PolicyOutflow = "dispensed"
    warehouse: PolicyOutflow = "issued"
    mixing_centre: PolicyOutflow = "both"

    def of(self, kind: FacilityKind) -> PolicyOutflow:
        """What counts in a kind of facility; of a position ask `supply.outflow`."""
        outflow: PolicyOutflow = getattr(self, kind)
        return outflow


class CpmPolicy(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the average monthly consumption (CPM) is computed.

    - `window_months` months are looked at: `window` says whether `complete_months` only, the last of them being the
      `running_month`, or a `rolling` window of `window_months x month_days` days that ends with the day asked (of the
      oldest month the share of its days that lies in the window enters).
    - `month_days` is the length of a month in days, `None` the calendar's. `window_days` says how many days a month of
      the window has: as many (`nominal`), or those of the `calendar`; then the figure is use a day x `month_days`.
    - `method`: see `supply.cpm`. `full_month_out` says what becomes of a month that was out on all its days under
      `normalised`: `left_out`, `uncorrected` (its plain consumption counts), or it counts as `zero`.
    - `idle_months`: months without consumption count as 0 (`counted`) or are `left_out`.
    - `before_first`: months before the item was first here have no data (`left_out`) or count as 0 (`counted`).
    - `least_months` months with data, and `least_days` days with stock in them, are the least for a figure.
    - `outflows`: what counts as consumption by kind of facility. `unmet_counts`: unmet demand is counted too, as it
      is: it is not multiplied for days out.
    - `rounding`: `up` rounds each month's corrected consumption and the mean up to whole pieces.
    """

    name: str
    window_months: Annotated[int, Meta(ge=1, le=WINDOW_MONTHS_LIMIT)] = 3
    window: Window = "complete_months"
    month_days: Annotated[float, Meta(ge=28, le=31)] | None = 30.0
    window_days: WindowDays = "nominal"
    method: StockOutMethod = "normalised"
    full_month_out: FullMonthOut = "left_out"
    idle_months: IdleMonths = "counted"
    before_first: BeforeFirst = "left_out"
    least_months: Annotated[int, Meta(ge=1, le=WINDOW_MONTHS_LIMIT)] = 1
    least_days: Annotated[int, Meta(ge=0, le=366)] = 0
    outflows: Outflows = Outflows()
    unmet_counts: bool = False
    rounding: CpmRounding = "none"

    @property
    def days_back(self) -> int:
        """The days of a rolling window."""
        return int(self.window_months * (self.month_days or 0))

    def __post_init__(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            ValueError: naming the fields.
        """
        if self.month_days is None and (self.window == "rolling" or self.window_days == "calendar"):
            raise ValueError(
                "month_days: the calendar's months have no one length, which a rolling window and window_days "
                "= calendar ask for; give a number of days"
            )
        if self.least_months > self.window_months:
            raise ValueError(
                f"least_months: {self.least_months} is more than the {self.window_months} months of the window"
            )
