"""The CPM supervision over the read model."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from store.queries import PositionFilter, cpm_supervision
from store.queries.supervision import CpmPage, SupervisedBy
from tests.builders import HOSPITAL, RITUXIMAB, TRASTUZUMAB, WAREHOUSE, catalogue, cpm_inputs, month, months, position
from tests.unit.store.log import Log

Supervise = Callable[[SupervisedBy], CpmPage]


@pytest.fixture
def supervised(engine: Engine, log: Log, project: Callable[[], None]) -> Supervise:
    """On 10 March at noon, with CPMs of 100: one official CPM of 120, one of 95, one not registered."""
    used = (*months("2026-02", 4), month("2026-03", 19))
    log.publish(
        *catalogue(),
        position(official_cpm=95, item=TRASTUZUMAB),
        position(official_cpm=120, shown=used),
        position(WAREHOUSE),
    )
    project()

    def ask(by: SupervisedBy) -> CpmPage:
        with engine.connect() as connection:
            return cpm_supervision(connection, PositionFilter(), by=by)

    return ask


def test_positions_come_with_those_off_by_most_pieces_first(supervised: Supervise) -> None:
    lines = supervised("position").lines
    assert [(line.group, line.cpm.difference.part) for line in lines] == [
        (f"{HOSPITAL}|{RITUXIMAB}", -20),
        (f"{HOSPITAL}|{TRASTUZUMAB}", 5),
        (f"{WAREHOUSE}|{RITUXIMAB}", 0),
    ]
    assert lines[0].name == "Hospital de Oncología CMN Siglo XXI: Rituximab 500 mg/50 ml"
    assert (lines[2].cpm.difference.value, lines[2].cpm.difference.missing) == (None, "no_official")


def test_the_pace_goes_by_the_clock_of_the_facility(supervised: Supervise) -> None:
    """Noon of the tenth and a minute: 9.5007 of 31 days."""
    page = supervised("position")
    assert page.share_gone == round((9.5 + 1 / 1440) / 31, 4)
    assert page.lines[0].cpm.pace.part == pytest.approx(19 / ((9.5 + 1 / 1440) / 31))


def test_who_was_out_in_every_month_of_the_window_is_counted_apart_and_last(
    engine: Engine, log: Log, project: Callable[[], None]
) -> None:
    out = cpm_inputs(state="uncorrected")
    log.publish(position(official_cpm=500, cpm=0.0, cpm_inputs=out), position(official_cpm=120, item=TRASTUZUMAB))
    project()
    with engine.connect() as connection:
        lines = cpm_supervision(connection, PositionFilter()).lines
        (nation,) = cpm_supervision(connection, PositionFilter(), by="nation").lines
    assert [line.group for line in lines] == [f"{HOSPITAL}|{TRASTUZUMAB}", f"{HOSPITAL}|{RITUXIMAB}"]
    assert (nation.cpm.difference.part, nation.cpm.difference.whole) == (-20, 120)
    for figure in (nation.cpm.difference, nation.cpm.off_by, nation.cpm.pace):
        assert (figure.counted, figure.left_out) == (1, {"out_throughout": 1})


@pytest.mark.parametrize(("by", "lines"), [("nation", 1), ("state", 1), ("facility", 2), ("item", 2)])
def test_groups_sum_their_positions(supervised: Supervise, by: SupervisedBy, lines: int) -> None:
    page = supervised(by)
    assert page.total == lines
    assert sum(line.cpm.off_by.part or 0 for line in page.lines) == 25
    assert sum(line.cpm.difference.part or 0 for line in page.lines) == -15


def test_an_empty_read_model_has_nothing_to_compare(engine: Engine) -> None:
    with engine.connect() as connection:
        page = cpm_supervision(connection, PositionFilter())
    assert (page.share_gone, page.lines) == (None, [])
