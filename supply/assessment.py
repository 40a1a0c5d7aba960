"""What a position is judged by, and what comes of it.

Everything that shows or compares its numbers reads one assessment, so two screens cannot disagree.
"""

from typing import NamedTuple

from schemas.catalogue import Facility, Item
from schemas.positions import Status
from supply.calendar import LocalCalendar
from supply.catalogue import RegisteredFrom
from supply.cpm import Cpm
from supply.cpm_policy import Outflow
from supply.cpm_presets import ABASTO
from supply.demand import Plan, Use
from supply.lead_times import LeadTime
from supply.observed import NOTHING_OBSERVED, Observed, observed_use
from supply.orders import OrderLine
from supply.planned_month import PlannedMonth
from supply.policy_choice import Chosen
from supply.projection import Projection
from supply.rules import MONTHS_KEPT_BEYOND_WINDOW, StockLevels
from supply.stand_in import StandIn
from supply.untold import NOTHING_UNTOLD, Untold
from supply.waiting import NOBODY_WAITS, Waiting

FADES_AFTER_DAYS = 7
"""Without news for longer, at the end of a CPM's window, what is short is not called over. Such a stock is dated."""
STALE_AFTER_DAYS = 31
"""Without news for longer nothing is offered to others: an item that is used once a month may have less."""


class Place(NamedTuple):
    """Where and what a position is, from the catalogue, with the rules that apply there. `official`: the CPM registered
    for it, (first day, pieces a month), by day."""

    facility: Facility
    item: Item
    calendar: LocalCalendar
    levels: StockLevels
    watched: bool
    chosen: Chosen = Chosen(ABASTO)
    plan: Plan | None = None
    official: tuple[RegisteredFrom, ...] = ()

    @property
    def months_kept(self) -> int:
        """Months of consumption that a position here keeps."""
        return self.chosen.policy.window_months + MONTHS_KEPT_BEYOND_WINDOW

    def is_planned(self, day: int) -> bool:
        """Whether the use on some day from this one on is planned."""
        return self.plan is not None and self.plan.last_day >= day


class Assessment(NamedTuple):
    """A judged position. Quantities are in pieces, `on_hand` and the order lines in `1/scale` of a piece; days are
    local days by `date.toordinal()`, `month` the local month. `needed`: the item is used or asked for here.
    `daily_use`, `cover_days` and `months` (of stock) are those of the CPM, or of what stands in for it (`instead`);
    cover and months of a planned use where there is a plan."""

    at_ms: int
    day: int
    month: int
    scale: int
    on_hand: int | None
    usable: float | None
    needed: bool
    cpm: Cpm
    daily_use: float
    cover_days: float | None
    due: tuple[OrderLine, ...]
    projection: Projection
    status: Status
    lead_time: LeadTime
    planned: float | None = None
    """Pieces planned from today to the end of the plan, `None` where nothing is."""
    observed: Observed = NOTHING_OBSERVED
    use: Use = ((0, 0.0),)
    """What is reckoned to be used: the CPM's daily use, or what is planned."""
    heard_day: int | None = None
    """The day of the last event that tells of the shelf."""
    months: float | None = None
    month_days: float = 30.0
    """Days of a month by the policy of the CPM."""
    instead: StandIn | None = None
    by_month: tuple[tuple[int, float], ...] = ()
    """The use, in pieces, of the last six whole months (`supply.observed.use_by_month`), where a CPM is registered."""
    planned_until: int | None = None
    """The last planned day."""
    treatments_at_risk: int | None = None
    """Planned treatments that wait, and those that the stock does not reach before more can come; `None` where that is
    not known."""
    horizon_days: int = 180
    """How far the projection looks."""
    unheard_days: int = 0
    """Days at the end of the CPM's window of which nothing was heard of the item; with a plan those since the first use
    that was foretold and of which nothing was heard: its days are over and make what is left to be used less."""
    plan_short_in: int | None = None
    """Where a use is planned, days until the first one that the stock, with what is due, does not serve."""
    untold: Untold = NOTHING_UNTOLD
    """What must have been used since the count and is not in the book yet; `usable` and `on_hand` still hold it."""
    outflow: Outflow = "dispensed"
    """What counts as consumption (`supply.outflow`)."""
    waits: Waiting = NOBODY_WAITS
    """Who went without a planned use since the shelf is empty."""
    planned_month: PlannedMonth | None = None
    """What was foreseen of this month's use, where a plan has begun."""

    @property
    def left(self) -> float:
        """Usable pieces without the untold use: what all that looks ahead reckons with."""
        return max(0.0, (self.usable or 0.0) - self.untold.pieces)

    @property
    def fades(self) -> bool:
        """Whether what is needed may fall for want of news of the item alone: nothing says then that it is less."""
        return self.unheard_days > FADES_AFTER_DAYS

    @property
    def is_stale(self) -> bool:
        """Whether so much of it may be want of news that what seems too much is not to be counted on."""
        return self.unheard_days > STALE_AFTER_DAYS

    @property
    def short_in(self) -> int | None:
        """Days until somebody goes without, with what is due: the stock-out, but where a use is planned an empty shelf
        leaves nobody without until the next planned day, unless somebody waits."""
        if self.planned is None:
            return self.projection.days_with_due
        return 0 if self.waits.pieces else self.plan_short_in

    @property
    def plan_is_safe(self) -> bool:
        """Whether a use is planned and nobody goes without before what would be ordered today is there."""
        return self.planned is not None and (self.short_in is None or self.short_in > self.lead_time.days)

    @property
    def observed_cpm(self) -> float | None:
        """The CPM where it observes a use; `None` where it does not tell what is needed."""
        return None if self.instead is not None else observed_use(self.cpm)
