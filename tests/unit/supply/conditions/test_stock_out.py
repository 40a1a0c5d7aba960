"""Where a stock-out begins and ends, and who misses what is not there."""

import pytest

from schemas.catalogue import OfficialCpm
from supply.assessment import Assessment
from supply.catalogue import RegisteredFrom
from supply.conditions import stock_out
from supply.language import ENGLISH, SPANISH
from supply.ledger_state import Ledger
from supply.orders import OrderLine
from tests.events import HOSPITAL, ITEM, adjusted, counted, day, dispensed, lot, reported, returned, scheduled, unmet
from tests.unit.supply.assessed import BETWEEN, NO, TIMINGS, TODAY, YES, assessed, place, says
from tests.unit.supply.stories import stock_of, story


@pytest.mark.parametrize(
    ("assessment", "expected"),
    [
        (assessed(0), YES),
        (assessed(1), BETWEEN),
        (assessed(8), BETWEEN),
        (assessed(9), NO),
        (assessed(None), NO),
        (assessed(0, cpm=None), YES),
        (assessed(1, cpm=None), NO),
        (assessed(0, needed=False), NO),
    ],
)
def test_stock_out_enters_at_nothing_and_leaves_at_three_days(
    assessment: Assessment, expected: tuple[bool, bool]
) -> None:
    assert says(stock_out.judge(assessment, place(), TIMINGS["stock_out"])) == expected


def test_what_a_stock_out_says() -> None:
    line = OrderLine("P-1", None, 90, TODAY + 5)
    late = OrderLine("P-2", None, 1, TODAY - 5)
    position = assessed(0, due=(line, late))
    text = stock_out.explain(position, place(), SPANISH)
    assert text == (
        "Sin existencia; CPM 90.0 piezas al mes; por llegar 90 piezas, lo próximo el 2026-03-15; "
        "1 pieza con arribo vencido."
    )
    assert stock_out.explain(position, place(), ENGLISH) == (
        "No stock; CPM 90.0 pieces a month; 90 pieces due, the next on 2026-03-15; 1 piece past the deadline."
    )
    assert stock_out.explain(assessed(7), place(), SPANISH) == (
        "Existencia de 7 piezas, para 2 días; CPM 90.0 piezas al mes; nada por llegar."
    )
    assert stock_out.explain(assessed(2), place(), ENGLISH) == (
        "Stock of 2 pieces, for less than 1 day; CPM 90.0 pieces a month; nothing due."
    )
    assert stock_out.explain(assessed(1250, cpm=None), place(), SPANISH) == (
        "Existencia de 1,250 piezas; sin CPM por falta de datos; nada por llegar."
    )


def test_expiry_alone_makes_a_stock_out() -> None:
    expiring = counted(700, "2026-02-25 10:00", lot(700, "2026-03-18"))
    assert story(expiring, until="2026-03-21")[-2:] == [
        "2026-03-19 stock_out firing critical",
        "2026-03-19 shortage resolved critical",
    ]


def test_a_stock_out_does_not_end_because_nothing_could_be_used_during_it() -> None:
    """Four months later the window holds nothing but months out."""
    out = counted(0, "2026-02-28 20:00")
    assert story(out, until="2026-09-20") == ["2026-03-01 stock_out firing critical"]
    partial = adjusted(-730, "2026-03-02 10:00", "lost")
    assert story(partial, until="2026-09-20") == ["2026-03-03 stock_out firing critical"]


def test_nor_because_it_is_needed_every_other_month_only() -> None:
    rare = [counted(100, "2025-09-15"), dispensed(9, "2025-10-20"), counted(0, "2025-12-01 10:00")]
    assert stock_of(*rare).until("2026-09-20").story == ["2025-12-02 stock_out firing critical"]


def test_nor_because_its_last_use_is_forgotten() -> None:
    assert story(counted(0, "2026-02-28 20:00"), until="2028-09-20") == ["2026-03-01 stock_out firing critical"]


def test_an_item_that_nobody_uses_any_more_is_not_missed() -> None:
    idle = [counted(100, "2025-09-15"), dispensed(9, "2025-10-20"), adjusted(-91, "2026-03-05 10:00", "lost")]
    assert stock_of(*idle).until("2026-09-20").story == []


def test_unless_somebody_asks_for_it() -> None:
    idle = [counted(100, "2025-09-15"), dispensed(9, "2025-10-20"), adjusted(-91, "2026-03-05 10:00", "lost")]
    assert stock_of(*idle, unmet(2, "2026-03-09 10:00")).until("2026-03-20").story == [
        "2026-03-10 stock_out firing critical"
    ]


def test_an_item_asked_for_and_never_in_stock_is_out() -> None:
    asked = [counted(0, "2025-09-15"), *(unmet(3, f"2025-{month}-10") for month in (10, 11, 12))]
    assert stock_of(*asked).until("2026-01-20").story == ["2025-10-11 stock_out firing critical"]


def test_an_item_never_counted_makes_no_alert() -> None:
    assert stock_of(dispensed(90, "2026-01-01"), reported("2026-01", 90, "2026-02-01")).until("2026-04-01").story == []


def test_a_shelf_counted_empty_of_what_was_never_here_makes_none_either() -> None:
    assert stock_of(counted(0, "2026-01-01"), scheduled(10, "2026-01-02", "2026-02-01")).until("2026-04-01").story == []


def test_returns_alone_can_end_a_stock_out() -> None:
    out = [counted(0, "2026-03-05 10:00"), returned(9, "2026-03-07 10:00")]
    assert story(*out, until="2026-03-09")[:2] == [
        "2026-03-06 stock_out firing critical",
        "2026-03-08 stock_out resolved critical",
    ]


def registered(cpm: float, since: str = "2026-01-01") -> OfficialCpm:
    return OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=cpm, valid_from=day(since))


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (registered(60), ["2026-03-02 stock_out firing critical"]),
        (registered(60, since="2026-03-11"), ["2026-03-11 stock_out firing critical"]),
        (registered(0), []),
    ],
)
def test_what_is_registered_here_is_missed_also_where_it_never_was(entry: OfficialCpm, told: list[str]) -> None:
    assert stock_of(counted(0, "2026-03-01 09:00"), entries=[entry]).until("2026-03-15").story == told
    order = scheduled(60, "2026-03-01 09:00", "2026-03-10")
    # An order alone tells of no shelf: what was never counted is not known to be out.
    assert stock_of(order, entries=[entry]).until("2026-03-15").story == []


def test_what_was_given_up_and_is_registered_as_0_is_missed_by_nobody_unless_it_is_asked_for() -> None:
    used = [counted(90, "2025-01-01"), *(dispensed(30, f"2025-0{month}-15") for month in (1, 2, 3))]
    given_up = [*used, *(counted(0, f"2025-{month:02}-20") for month in range(4, 13)), counted(0, "2026-03-01 09:00")]
    assert stock_of(*given_up).until("2026-03-10").story == ["2025-03-16 stock_out firing critical"]
    ended = stock_of(*given_up, entries=[registered(0, since="2025-04-01")]).until("2026-03-10").story
    assert ended[0] == "2025-03-16 stock_out firing critical"
    assert ended[-1].endswith("stock_out resolved critical")
    asked = stock_of(*given_up, unmet(2, "2026-03-02 09:00"), entries=[registered(0)]).until("2026-03-10").story
    assert asked[-1] == "2026-03-03 stock_out firing critical"


def test_what_is_registered_here_is_missed_after_months_in_which_nobody_used_it() -> None:
    idle = [counted(21, "2025-10-01"), dispensed(1, "2025-10-05"), adjusted(-20, "2026-03-05 09:00", "expired")]
    assert stock_of(*idle).until("2026-03-10").story == []
    assert stock_of(*idle, entries=[registered(60)]).until("2026-03-10").story[-1] == (
        "2026-03-06 stock_out firing critical"
    )


@pytest.mark.parametrize(
    ("official", "es", "en"),
    [
        ((), "en meses. Sin existencia", "in months. No stock"),
        (((0, 0.0),), "en meses y su CPM registrado es 0. Sin", "in months and its registered CPM is 0. No stock"),
    ],
)
def test_an_empty_shelf_that_nobody_misses_any_more_says_so(
    official: tuple[RegisteredFrom, ...], es: str, en: str
) -> None:
    rule, timing = stock_out.RULE, TIMINGS["stock_out"]
    assert rule.ended is not None
    given_up, here = assessed(0, needed=False), place()._replace(official=official)
    said = [rule.ended(given_up, Ledger(), here, timing, language) for language in (SPANISH, ENGLISH)]
    assert said[0].startswith("La clave ya no se necesita en esta unidad, nada de ella se usó ni se pidió ")
    assert es in said[0]
    assert en in said[1]
    needed = assessed(500)
    assert rule.ended(needed, Ledger(), here, timing, ENGLISH) == stock_out.explain(needed, here, ENGLISH)
