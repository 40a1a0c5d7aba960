"""Indicators and the supervision of the CPM: each figure with what it is of, and a dash where there is none."""

import json
from collections.abc import Callable

import pytest

from abasto.read.figures import percent
from supply.indicators.figure import Figure
from tests.builders import (
    TRASTUZUMAB,
    WAREHOUSE,
    catalogue,
    cpm_inputs,
    position,
)
from tests.unit.abasto.reading import Run, invoke, words_of
from tests.unit.store.log import Log


def test_indicators_of_the_nation_say_what_they_are_of(run: Run) -> None:
    shown = words_of(run("indicators"))
    for fact in ("All facilities", "7 positions", "83.3 %", "16.7 %", "of 2026-02", "Stock as of 2026-03-10 18:02 UTC"):
        assert fact in shown, fact


def test_what_an_indicator_lacks_is_a_dash_and_its_reason_is_in_the_json(run: Run) -> None:
    assert " - " in run("indicators").stdout
    (nation,) = json.loads(run("indicators", "--json").stdout)["lines"]
    abasto = nation["stock"]["abasto"]
    assert (abasto["value"], abasto["missing"], abasto["left_out"]) == (
        None,
        "no_target",
        {"no_target": 6, "never_counted": 1},
    )
    assert nation["monthly"]["orders_complete_on_time"]["missing"] == "nothing_there"


@pytest.mark.parametrize(
    ("by", "heading", "groups"),
    [
        ("state", "State", "4 groups."),
        ("facility", "Facility", "5 groups."),
        ("item", "Item", "4 groups."),
        ("month", "Month", "4 groups."),
        ("nation", "Nation", "1 group."),
    ],
)
def test_indicators_by_each_kind_of_group(run: Run, by: str, heading: str, groups: str) -> None:
    shown = words_of(run("indicators", "--by", by))
    assert f" {heading} % abasto" in shown
    assert groups in shown


def test_indicators_take_what_people_type(run: Run) -> None:
    answer = json.loads(
        run("indicators", "--by", "facility", "--in", "puebla", "--item", "0100005433 00", "--json").stdout
    )
    assert [line["group"] for line in answer["lines"]] == ["PLIMS000130"]
    earlier = words_of(run("indicators", "--month", "2026-01", "--lang", "es"))
    assert "Existencia al terminar 2026-01, con el CPM y el objetivo de ese día" in earlier
    assert "de lo que estaba por llegar no se guarda el atraso. Se dejan fuera posiciones cuya existencia" in earlier
    assert "no se habían contado, o aún no se guardaba. Desabasto, pedidos completos a tiempo" in earlier
    assert "Of earlier months, the stock at the end of the month" in words_of(run("indicators", "--by", "month"))
    assert "y error del CPM de 2026-01." in earlier
    assert "2027-01 has not begun" in run("indicators", "--month", "2027-01").stderr
    assert run("indicators", "--search", "x").exit_code == 2
    assert "No position meets these filters." in run("indicators", "--item", "999.999.0000.00").stdout


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        (0, "0.0 %"),
        (0.0001, "0.1 %"),
        (0.125, "12.5 %"),
        (0.9999, "99.9 %"),
        (1, "100.0 %"),
        (12.5, "1,250.0 %"),
    ],
)
def test_what_is_not_all_and_not_none_is_shown_as_neither(value: float | None, shown: str) -> None:
    assert percent(Figure(value=value, part=1, whole=1, counted=1)) == shown


def test_a_bias_has_its_sign() -> None:
    biases = [Figure(value=value, part=1, whole=1, counted=1) for value in (0.02, -0.02, 0)]
    assert [percent(figure, signed=True) for figure in biases] == ["+2.0 %", "-2.0 %", "0.0 %"]


def test_the_official_cpm_stands_beside_the_observed_one(database: str, log: Log, project: Callable[[], None]) -> None:
    log.publish(*catalogue(), position(official_cpm=120), position(WAREHOUSE))
    project()
    shown = words_of(invoke("cpm", database=database))
    for fact in ("Rituximab", "120 100 -16.7 % 16.7 %", "-20", "2 groups. 31 % of 2026-03 is gone."):
        assert fact in shown, fact
    (nation,) = json.loads(invoke("cpm", "--by", "nation", "--json", database=database).stdout)["lines"]
    assert nation["cpm"]["difference"]["left_out"] == {"no_official": 1}
    assert "Va 31 % de 2026-03." in words_of(invoke("cpm", "--by", "item", "--lang", "es", database=database))


@pytest.mark.parametrize(
    ("lang", "of", "sets"),
    [
        (
            "en",
            "1 compared, 2 with a pace, of 3",
            "difference and off by are of the positions compared; the pace is of",
        ),
        ("es", "comparadas 1, con ritmo 2, de 3", "diferencia y error son de las posiciones comparadas; el ritmo, de"),
    ],
)
def test_a_line_of_cpm_supervision_says_of_how_many_positions_each_figure_is(
    database: str, log: Log, project: Callable[[], None], lang: str, of: str, sets: str
) -> None:
    log.publish(position(official_cpm=120), position(WAREHOUSE), position(TRASTUZUMAB, cpm=None))
    project()
    shown = words_of(invoke("cpm", "--by", "nation", "--lang", lang, database=database))
    assert sets in shown
    assert of in shown
    by_position = words_of(invoke("cpm", "--by", "position", "--lang", lang, database=database))
    assert sets not in by_position


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "out of stock in every month of the window"),
        ("es", "sin existencia en todos los meses del cálculo"),
    ],
)
def test_who_was_out_in_every_month_of_the_window_is_named_and_not_compared(
    database: str, log: Log, project: Callable[[], None], lang: str, said: str
) -> None:
    out = position(official_cpm=100, cpm=0.0, cpm_inputs=cpm_inputs(state="uncorrected"))
    log.publish(out, position(WAREHOUSE, official_cpm=120))
    project()
    by_position = words_of(invoke("cpm", "--lang", lang, database=database))
    assert (by_position.count(said), "-100" in by_position) == (1, False)
    assert f"{said}: 1" in words_of(invoke("cpm", "--by", "nation", "--lang", lang, database=database))
