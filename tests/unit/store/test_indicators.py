"""The indicators over the read model: which positions make a group, which month is asked, what is not kept."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine

from schemas.catalogue import Facility
from schemas.positions import OrderMonth
from store.queries import IndicatorPage, NotFound, PositionFilter, histories, indicators, nation_and_states
from tests.builders import (
    HOSPITAL,
    NOON,
    RITUXIMAB,
    TRASTUZUMAB,
    WAREHOUSE,
    catalogue,
    cpm_inputs,
    due,
    month,
    months,
    position,
)
from tests.unit.store.log import Log
from tests.unit.store.read_model import PUEBLA

ALL = PositionFilter()
NONE = cpm_inputs(state="insufficient", months_used=(), pieces=0)
Ask = Callable[..., IndicatorPage]


@pytest.fixture
def ask(engine: Engine, log: Log, project: Callable[[], None]) -> Ask:
    """Two items in a hospital and one each in its warehouse and in Puebla, as of 10 March 2026."""
    log.publish(*catalogue(), Facility(facility=PUEBLA, name="UMAE Puebla", kind="hospital", state="Puebla"))
    late = due(60, NOON.date() - dt.timedelta(days=1), late=True)
    out = (
        *months("2025-12", 2),
        month("2026-01", closing=90),
        month("2026-02", 50, days_out=14, closing=0),
        month("2026-03", 0, days_out=9),
    )
    stocked = (*months("2025-12", 2), month("2026-01", closing=600), month("2026-02", 80, closing=450))
    log.publish(
        position(
            on_hand=0, target=300, due=(late, due(5, NOON.date(), "P-2")), due_quantity=65, shown=out, target_months=3
        ),
        position(item=TRASTUZUMAB, on_hand=400, target=300, target_months=3, shown=stocked),
        position(WAREHOUSE, on_hand=None, cpm=None, cover_days=None),
        position(PUEBLA, on_hand=150, target=300, shown=(*months("2026-01", 3), month("2026-02", 125))),
        position("NOWHERE", on_hand=30, cpm=None, cover_days=None, shown=(), cpm_inputs=NONE),
    )
    project()

    def asked(wanted: PositionFilter = ALL, **how: Any) -> IndicatorPage:
        with engine.connect() as connection:
            return indicators(connection, wanted, **how)

    return asked


def test_the_nation_unless_another_group_is_asked(ask: Ask) -> None:
    page = ask()
    (nation,) = page.lines
    assert (page.running_month, nation.month, nation.positions, page.total) == ("2026-03", "2026-02", 5, 1)
    stock, monthly = nation.stock, nation.monthly
    assert (stock.abasto.value, stock.abasto.left_out) == (0.5, {"never_counted": 1, "no_target": 1})
    assert (stock.with_stock.part, stock.with_stock.whole) == (3, 4)
    assert (stock.stock_out.part, stock.stock_out.whole) == (1, 3)
    assert (stock.late_orders.value, stock.cover.median) == (0.5, 45)
    assert (monthly.stock_out_rate.part, monthly.stock_out_rate.whole) == (1, 4)
    assert (monthly.days_out_share.part, monthly.days_out_share.whole) == (14, 4 * 28)
    assert monthly.mean_days_out.value == 14
    assert monthly.forecast_mape.value == pytest.approx((20 / 80 + 25 / 125 + 0) / 3)
    assert monthly.forecast_mape.counted == 3
    assert monthly.forecast_wape.value == pytest.approx((20 + 25) / (80 + 125 + 100))
    assert monthly.forecast_bias.value == pytest.approx((20 - 25) / (80 + 125 + 100))


def test_abasto_reckons_without_what_must_have_been_used_since_the_count(
    engine: Engine, log: Log, project: Callable[[], None]
) -> None:
    log.publish(*catalogue(), position(on_hand=150, target=300, untold_use=90, cover_days=18))
    project()
    with engine.connect() as connection:
        (nation,) = indicators(connection, ALL).lines
    assert (nation.stock.abasto.part, nation.stock.abasto.whole) == (60, 300)
    assert nation.stock.with_stock.value == 1


def test_states_come_with_the_lowest_abasto_first_and_those_not_known_last(ask: Ask) -> None:
    page = ask(by="state")
    assert [(line.group, line.stock.abasto.value, line.positions) for line in page.lines] == [
        ("Ciudad de México", 0.5, 3),
        ("Puebla", 0.5, 1),
        ("", None, 1),
    ]


def test_nation_and_states_read_together_are_those_read_one_by_one(ask: Ask, engine: Engine) -> None:
    with engine.connect() as connection:
        both = nation_and_states(connection)
    nation, states = ask(), ask(by="state")
    assert ([both.nation], both.states, both.as_of) == (nation.lines, states.lines, nation.as_of)
    assert len(both.states) == 3


def test_facilities_and_items_are_named(ask: Ask) -> None:
    assert [(line.group, line.name) for line in ask(by="item").lines] == [
        (RITUXIMAB, "Rituximab 500 mg/50 ml"),
        (TRASTUZUMAB, "Trastuzumab 440 mg"),
    ]
    facilities = {line.group: line.name for line in ask(by="facility").lines}
    assert (facilities[PUEBLA], facilities["NOWHERE"]) == ("UMAE Puebla", "NOWHERE")
    assert facilities.keys() == {HOSPITAL, WAREHOUSE, PUEBLA, "NOWHERE"}


def test_filters_are_those_of_lists(ask: Ask) -> None:
    (only,) = ask(PositionFilter(facility=HOSPITAL, item=TRASTUZUMAB)).lines
    assert (only.positions, only.stock.abasto.value, only.monthly.stock_out_rate.value) == (1, 1, 0)
    (puebla,) = ask(PositionFilter(facility_state="Puebla"), by="facility").lines
    assert puebla.group == PUEBLA
    assert ask(PositionFilter(item="999")).lines == []


def test_orders_complete_and_on_time_are_those_due_in_the_month(
    engine: Engine, log: Log, project: Callable[[], None]
) -> None:
    """By item, facility, state, nation and month, from what positions publish of their order lines."""
    log.publish(*catalogue(), Facility(facility=PUEBLA, name="UMAE Puebla", kind="hospital", state="Puebla"))
    puebla = (OrderMonth("2025-11", 1, 0, 0), OrderMonth("2026-02", 5, 5, 5))
    log.publish(
        position(orders=(OrderMonth("2026-01", 4, 3, 3), OrderMonth("2026-02", 2, 1, 1, cancelled=1))),
        position(item=TRASTUZUMAB, orders=(OrderMonth("2026-02", 1, 1, 0), OrderMonth("2026-03", not_over=2))),
        position(PUEBLA, on_hand=None, shown=(), orders=puebla),
    )
    project()

    def on_time(**how: Any) -> dict[str, tuple[Any, Any]]:
        with engine.connect() as connection:
            lines = indicators(connection, ALL, **how).lines
        figures = {line.group: line.monthly.orders_complete_on_time for line in lines}
        return {group: (figure.part, figure.whole) for group, figure in figures.items()}

    assert on_time() == {"": (6, 8)}
    assert on_time(month="2026-01") == {"": (3, 4)}
    assert on_time(by="state") == {"Ciudad de México": (1, 3), "Puebla": (5, 5)}
    assert on_time(by="facility") == {HOSPITAL: (1, 3), PUEBLA: (5, 5)}
    assert on_time(by="item") == {RITUXIMAB: (6, 7), TRASTUZUMAB: (0, 1)}
    by_month = on_time(by="month")
    assert (by_month["2025-11"], by_month["2026-01"], by_month["2026-02"]) == ((0, 1), (3, 4), (6, 8))
    with engine.connect() as connection:
        (running,) = indicators(connection, ALL, month="2026-03").lines
    assert running.monthly.orders_complete_on_time.missing == "not_over"
    assert running.monthly.orders_complete.left_out == {"not_over": 2}


def test_an_earlier_month_has_the_stock_of_its_end(ask: Ask) -> None:
    """Both had a CPM of 100 then. Of the warehouse and Puebla the end was not published, of a place without months
    nothing is known."""
    (line,) = ask(month="2026-01").lines
    stock = line.stock
    assert (line.month, line.month_end, line.monthly.stock_out_rate.value) == ("2026-01", True, 0)
    assert (stock.abasto.part, stock.abasto.whole, stock.abasto.counted) == (90 + 300, 600, 2)
    assert stock.abasto.left_out == stock.cover.left_out == {"never_counted": 1, "end_not_known": 1}
    assert (stock.with_stock.value, stock.stock_out.value) == (1, 0)
    assert (stock.cover.lower_quartile, stock.cover.upper_quartile) == (27, 180)
    assert (stock.late_orders.value, stock.late_orders.missing) == (None, "due_not_kept")


def test_an_item_out_at_the_end_of_a_month_is_a_stock_out_of_then(ask: Ask) -> None:
    """50 in the 16 days on the shelf: (100 + 100 + 50 x 30 / 16) / 3 = 97.9 a month, target 294; 80 were used of the
    other: CPM 93.3, target 280."""
    (line,) = ask(month="2026-02").lines
    stock = line.stock
    assert (stock.with_stock.part, stock.with_stock.whole) == (1, 2)
    assert (stock.stock_out.part, stock.stock_out.whole) == (1, 2)
    assert (stock.abasto.part, stock.abasto.whole) == (280, 294 + 280)
    assert stock.cover.median == 0


def test_groups_of_an_earlier_month_come_with_the_lowest_abasto_of_then_first(ask: Ask) -> None:
    lines = ask(by="item", month="2026-01").lines
    assert [(line.group, line.stock.abasto.value) for line in lines] == [(RITUXIMAB, 0.3), (TRASTUZUMAB, 1)]
    facilities = {line.group: line.stock.abasto for line in ask(by="facility", month="2026-01").lines}
    assert (facilities[PUEBLA].value, facilities[PUEBLA].missing) == (None, "end_not_known")
    assert (facilities[WAREHOUSE].missing, facilities["NOWHERE"].missing) == ("never_counted", "nothing_there")


def test_a_month_whose_end_nobody_published_has_no_stock_and_says_so(ask: Ask) -> None:
    (line,) = ask(month="2025-12").lines
    for figure in (line.stock.abasto, line.stock.with_stock, line.stock.stock_out, line.stock.cover):
        assert (figure.counted, figure.missing) == (0, "end_not_known")


def test_the_running_month_has_the_stock_of_today_and_the_days_that_have_been(ask: Ask) -> None:
    (line,) = ask(month="2026-03").lines
    assert (line.stock.abasto.value, line.monthly.forecast_wape.missing) == (0.5, "month_not_over")
    assert (line.monthly.days_out_share.part, line.monthly.days_out_share.whole) == (9, 4 * 9)


def test_by_month_there_is_a_line_for_each_with_anything_known(ask: Ask) -> None:
    lines = ask(by="month").lines
    assert [(line.group, line.positions) for line in lines] == [
        ("2025-12", 4),
        ("2026-01", 4),
        ("2026-02", 4),
        ("2026-03", 5),
    ]
    assert [line.month_end for line in lines] == [True, True, True, False]
    assert [line.stock.with_stock.value for line in lines] == [None, 1, 0.5, 0.75]
    (january,) = ask(month="2026-01").lines
    assert lines[1].stock == january.stock
    assert [line.group for line in ask(by="month", month="2026-01").lines] == ["2025-12", "2026-01"]


def test_a_list_is_cut_and_says_how_long_it_is(ask: Ask) -> None:
    page = ask(by="facility", limit=1)
    assert (len(page.lines), page.total) == (1, 4)


def test_a_month_that_has_not_begun_is_refused(ask: Ask) -> None:
    with pytest.raises(NotFound, match="2026-04 has not begun: the newest position is of 2026-03"):
        ask(month="2026-04")


def test_months_are_those_of_the_facility(engine: Engine, log: Log, project: Callable[[], None]) -> None:
    """At two in the morning of 1 March in Greenwich it is February in Mexico City still."""
    log.publish(*catalogue(), position(as_of=dt.datetime(2026, 3, 1, 2, tzinfo=dt.UTC)))
    project()
    with engine.connect() as connection:
        assert indicators(connection, ALL).running_month == "2026-02"


def test_the_newest_position_says_which_month_it_is(engine: Engine, log: Log, project: Callable[[], None]) -> None:
    quiet = position(item=TRASTUZUMAB, as_of=dt.datetime(2026, 1, 20, 18, tzinfo=dt.UTC))
    log.publish(*catalogue(), quiet, position())
    project()
    with engine.connect() as connection:
        assert indicators(connection, ALL).running_month == "2026-03"


def test_an_empty_read_model_has_no_lines(engine: Engine) -> None:
    with engine.connect() as connection:
        page = indicators(connection, ALL)
        both = nation_and_states(connection)
    assert (page.as_of, page.running_month, page.lines) == (None, None, [])
    assert (both.as_of, both.nation, both.states) == (None, None, [])


def test_months_find_their_positions_however_few_rows_are_fetched_at_once(
    ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once = ask(by="facility")
    monkeypatch.setattr(histories, "ROWS_AT_ONCE", 1)
    assert ask(by="facility") == at_once
