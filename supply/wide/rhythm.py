"""How often a facility usually reports, and how long it may say nothing."""

import itertools
import math
from collections.abc import Sequence

from supply.wide.thresholds import SilentFacility

DAYS_REMEMBERED = 21
"""Days on which a facility was heard: three weeks of a daily reporter, most of two years of a monthly one."""

USUAL_SHARE = 0.9
"""Nine of ten pauses are no longer than the usual one: a holiday, or the silence that just ended, is no rhythm."""


def usual_pause(heard: Sequence[int]) -> int:
    """The usual number of whole days between two days with an event: the 90th percentile, by nearest rank.

    Args:
        heard: local days with an event, ascending, at least two.
    """
    pauses = sorted(later - earlier - 1 for earlier, later in itertools.pairwise(heard))
    return pauses[math.ceil(USUAL_SHARE * len(pauses)) - 1]


def allowed_pause(heard: Sequence[int], thresholds: SilentFacility) -> int:
    """Whole days without an event that a facility is allowed; that many are a silence."""
    if len(heard) < thresholds.known_after:
        return thresholds.unknown_days
    return max(thresholds.days, math.ceil(thresholds.rhythm_factor * usual_pause(heard)))
