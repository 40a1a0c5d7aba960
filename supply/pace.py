"""Pace: what a month would come to if it went on as it began."""


def pace(used: float, share_gone: float) -> float | None:
    """Consumption so far / share of the month gone, in pieces a month; `None` as long as nothing of it is gone.

    `share_gone` is from 0 to 1, by the clock and not by working days. 30 pieces in the first 6 of 30 days:
    30 / 0.2 = 150 a month. Early in a month one large issue makes a large pace: who acts on it looks at the share too.
    More back than out is no use. Source: design section 5, CPM supervision.
    """
    return max(0.0, used) / share_gone if share_gone > 0 else None
