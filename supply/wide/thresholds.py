"""When a facility counts as silent, and an item as short in the nation. A rules file may set each of them."""

from typing import Annotated

import msgspec
from msgspec import Meta

Share = Annotated[float, Meta(gt=0, le=1)]
Count = Annotated[int, Meta(ge=1, le=100_000)]
WholeDays = Annotated[int, Meta(ge=1, le=366)]


class SilentFacility(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many whole local days without any event a facility is allowed.

    At least `days`; `rhythm_factor` times its usual pause where that is more; `unknown_days` while it was heard on
    fewer than `known_after` days, for who reports by the month must not be called silent after the first sheet.
    Holding `many_items` watched items or more makes a silence a step worse.
    """

    days: WholeDays = 3
    rhythm_factor: Annotated[float, Meta(ge=1, le=10)] = 2.0
    unknown_days: WholeDays = 31
    known_after: Annotated[int, Meta(ge=2, le=20)] = 5
    many_items: Count = 10


class NationalShortage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """In how many places an item must be out, or about to be, to be short in the nation.

    Enters at `share` of the facilities that need it, `least_places` of them at least, or at `places` whatever the
    share. Leaves when both are below `leave_factor` times that. `severe_share` of the facilities makes it a step worse.
    Judged at each midnight of `timezone`: it has to hold for `hold_days`, and to be over for `clear_days`.
    """

    share: Share = 0.3
    least_places: Count = 3
    places: Count = 20
    leave_factor: Share = 0.7
    severe_share: Share = 0.5
    hold_days: Annotated[float, Meta(ge=0, le=60)] = 1.0
    clear_days: Annotated[float, Meta(ge=0, le=60)] = 1.0
    timezone: str = "America/Mexico_City"


class WideRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The thresholds of what concerns a facility or an item everywhere."""

    silent_facility: SilentFacility = SilentFacility()
    national_shortage: NationalShortage = NationalShortage()
