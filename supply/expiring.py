"""What of a stock passes its date unused, at the use that is reckoned with or at another."""

from supply.assessment import Assessment
from supply.demand import Use
from supply.projection import Change, unused_at_expiry

NEAR_DAYS = 60
"""Pieces with less time left are hard to place: they have to be sent, received and used before their date."""
TOLD_FROM_PIECES = 1.0
"""Beside other news a part of a piece is none."""


def losses_at(assessment: Assessment, use: Use) -> list[Change]:
    """What leaves the stock unused within the horizon if so much is used: (days from today, pieces below zero)."""
    return [loss for loss in unused_at_expiry(assessment.observed.lots, use) if loss[0] <= assessment.horizon_days]


def lost(losses: list[Change]) -> float:
    """The pieces that losses come to."""
    return 0.0 - sum([pieces for _, pieces in losses])


def first_date(assessment: Assessment) -> int:
    """The date on the first pieces that would pass it unused, at the use that is reckoned with: what a person looks for
    on the shelf, the last day they may be used."""
    losses = unused_at_expiry(assessment.observed.lots, assessment.use)
    return assessment.day + (losses[0][0] - 1 if losses else 0)


def loss_told(assessment: Assessment) -> float:
    """The pieces that would expire unused, where they are enough to be told beside other news, and something tells what
    will be used; else 0."""
    unused = assessment.projection.expires_unused
    if assessment.planned is None and assessment.instead is None and assessment.observed_cpm is None:
        return 0.0
    return unused if unused >= TOLD_FROM_PIECES else 0.0
