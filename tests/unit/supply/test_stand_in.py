"""An item that was out in every month of the CPM's window: what stands in for the CPM until there is stock again."""

import datetime as dt
import math
from collections.abc import Iterable

import pytest

from schemas.catalogue import CatalogueEntry, OfficialCpm
from schemas.events import Event
from tests.events import HOSPITAL, ITEM, counted, dispensed, received
from tests.unit.supply.shelf import Shelf

REGISTERED = OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=100.0)


def days(first: str, number: int) -> list[str]:
    """So many days from one on."""
    return [str(dt.date.fromisoformat(first) + dt.timedelta(each)) for each in range(number)]


USED_UP: list[Event] = [
    counted(300, "2025-08-20 09:00"),
    *(dispensed(5, f"{each} 10:00") for each in days("2025-08-21", 60)),
    *(counted(0, f"2025-{month}-03 09:00") for month in ("11", "12")),
    *(counted(0, f"2026-{each} 09:00") for each in ("01-05", "02-02", "02-24")),
]
"""150 pieces a month were used until the middle of October; nothing has come since."""

BEFORE = (150 + 95 * 30 / 18) / 2
"""September, and October as if it had not been out on 12 days."""


def out_for_months(*events: Event, entries: Iterable[CatalogueEntry] = (), until: str) -> Shelf:
    return Shelf(*USED_UP, *events, entries=entries, only={"stock_out", "shortage", "low_stock"}).until(until)


@pytest.mark.parametrize(
    ("entries", "cpm", "source", "told"),
    [
        ([REGISTERED], 100, "registered", "CPM 0.0 pieces a month for want of stock; registered 100.0 pieces a month"),
        ([], BEFORE, "before", "CPM 0.0 pieces a month for want of stock; before that 154.2 pieces a month"),
    ],
)
def test_one_piece_does_not_end_a_stock_out_of_months(
    entries: list[CatalogueEntry], cpm: float, source: str, told: str
) -> None:
    shelf = out_for_months(received(1, "2026-03-02 09:00"), entries=entries, until="2026-03-09")
    assert [line for line in shelf.story if "stock_out" in line] == ["2025-10-20 stock_out firing critical"]
    assert shelf.story[-1].split()[1:3] == ["shortage", "resolved"]
    found = shelf.position
    assert (found.cpm, found.cpm_inputs.state) == (0, "uncorrected")
    assert found.stand_in_cpm == pytest.approx(cpm)
    assert found.stand_in_source == source
    assert (found.status, found.surplus) == ("critical", None)
    assert found.cover_days == pytest.approx(1 / cpm * 30)
    assert found.target == math.ceil(cpm * 3)
    reminder = shelf.alerts[-1]
    facts = reminder.facts
    assert (reminder.condition, reminder.repeat) == ("stock_out", True)
    assert facts is not None
    assert (facts.stand_in_cpm, facts.stand_in_source) == (found.stand_in_cpm, source)
    assert told in reminder.reason_en


def test_what_comes_is_judged_by_what_was_used_before() -> None:
    shelf = out_for_months(received(60, "2026-03-02 09:00"), until="2026-03-06")
    assert shelf.story[-2:] == ["2026-03-03 stock_out resolved critical", "2026-03-03 shortage firing high"]


def test_a_month_with_stock_again_needs_no_stand_in() -> None:
    again = [received(90, "2026-03-02 09:00"), *(dispensed(2, f"{each} 10:00") for each in days("2026-03-03", 20))]
    found = out_for_months(*again, entries=[REGISTERED], until="2026-04-02").position
    assert (found.cpm_inputs.state, found.stand_in_cpm, found.stand_in_source) == ("ok", None, None)


def test_what_was_never_here_in_a_month_that_is_kept_has_no_stand_in() -> None:
    found = Shelf(counted(5, "2025-08-20"), counted(0, "2025-08-21"), *USED_UP[61:]).until("2026-03-09").position
    assert (found.cpm_inputs.state, found.stand_in_cpm) == ("uncorrected", None)


@pytest.mark.parametrize("entries", [[REGISTERED], []])
def test_two_days_with_stock_at_the_end_of_a_month_do_not_tell_that_nothing_is_needed(
    entries: list[CatalogueEntry],
) -> None:
    """February has stock on its last day and no use: its CPM is 0, and not for want of months."""
    again = [received(20, "2026-02-27 17:00"), *(dispensed(1, f"{each} 10:00") for each in days("2026-03-02", 15))]
    shelf = out_for_months(*again, entries=entries, until="2026-03-17")
    found = shelf.position
    assert (found.cpm, found.cpm_inputs.state) == (0, "ok")
    assert found.stand_in_cpm is not None
    assert found.status == "critical"
    assert "shortage firing" in " ".join(shelf.story[-2:])


def test_a_registered_cpm_stands_in_where_there_are_too_few_data() -> None:
    used = [counted(60, "2026-03-05"), *(dispensed(3, f"{each} 10:00") for each in days("2026-03-06", 10))]
    found = Shelf(*used, entries=[REGISTERED]).until("2026-03-16").position
    assert (found.cpm, found.stand_in_cpm, found.stand_in_source) == (None, 100, "registered")
    assert found.status == "critical"
    assert found.cover_days == pytest.approx(30 / 100 * 30)
    assert Shelf(*used).until("2026-03-16").position.status == "unknown"


def test_what_nobody_used_on_a_shelf_that_was_never_empty_needs_none() -> None:
    found = Shelf(counted(60, "2025-10-31"), entries=[REGISTERED]).until("2026-03-16").position
    assert (found.cpm, found.stand_in_cpm, found.status) == (0, None, "no_consumption")
