"""Planned demand as the tests need it: treatments by date and spans of days."""

import datetime as dt

from hypothesis import strategies as st

from schemas.catalogue import DemandProfile, PlannedUse
from tests.events import HOSPITAL, ITEM, day

TODAY = dt.date(2026, 3, 10)
HORIZON = 120

Spans = list[tuple[int, int, int]]
"""(first day from today, last day, pieces in all)"""


def profile(*planned: PlannedUse) -> DemandProfile:
    """What the hospital of the tests plans to use of its item."""
    return DemandProfile(facility=HOSPITAL, item=ITEM, planned=planned)


def of_days(spans: Spans, more: int = 0) -> DemandProfile:
    """A profile of spans counted from today."""
    return profile(
        *(
            PlannedUse(TODAY + dt.timedelta(first), pieces + more, TODAY + dt.timedelta(last))
            for first, last, pieces in spans
        )
    )


def on(text: str, pieces: float, until: str | None = None, treatments: int | None = None) -> PlannedUse:
    return PlannedUse(day(text), pieces, None if until is None else day(until), treatments)


@st.composite
def plans(draw: st.DrawFn) -> Spans:
    """Spans that share no day, some of them past."""
    at = draw(st.integers(-20, 40))
    spans: Spans = []
    for gap, length, pieces in draw(
        st.lists(
            st.tuples(st.integers(0, 25) | st.just(130), st.integers(1, 40), st.integers(0, 120)),
            min_size=1,
            max_size=5,
        )
    ):
        at += gap
        spans.append((at, at + length - 1, pieces))
        at += length
    return spans
