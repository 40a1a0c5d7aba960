"""Positions in a list, the worst first, and one of them with all its numbers and where they come from."""

import datetime as dt
import json
from collections.abc import Callable

import pytest

from abasto.read.sparkline import consecutive, sparkline
from schemas.positions import PlannedDemand, StandInSource, SupplierLeadTime
from tests.builders import (
    HOSPITAL,
    RITUXIMAB,
    catalogue,
    due,
    month,
    position,
)
from tests.unit.abasto.reading import LASTING, Run, invoke, words_of
from tests.unit.store.log import Log


def test_positions_come_worst_first_and_unknown_is_not_zero(run: Run) -> None:
    shown = run("positions").stdout
    order = [shown.index(f"\n {word}") for word in (" out ", "critical", "low", "unknown", "surplus")]
    assert order == sorted(order)
    assert "not known" in shown
    assert "7 positions." in shown


@pytest.mark.parametrize(
    ("lang", "cover", "with_due"),
    [
        ("en", ("Cover", "7 days", "until 17 Mar"), ("With what is due", "300 due 19 Mar", "until 16 Jun")),
        ("es", ("Cobertura", "7 días", "hasta el 17 mar"), ("Con lo por llegar", "llegan 300 el", "hasta el 16 jun")),
    ],
)
def test_how_long_the_stock_lasts_stands_apart_from_how_long_it_lasts_with_what_is_due(
    database: str, log: Log, project: Callable[[], None], lang: str, cover: tuple[str, ...], with_due: tuple[str, ...]
) -> None:
    log.publish(*catalogue(), position(due=(due(300, dt.date(2026, 3, 19)),), **LASTING))
    project()
    lines = invoke("positions", "--lang", lang, database=database).stdout.splitlines()
    headings = next(line for line in lines if cover[0] in line)
    middle = headings.index(with_due[0])
    for facts, columns in ((cover, slice(headings.index(cover[0]), middle)), (with_due, slice(middle, None))):
        column = " ".join(line[columns].strip() for line in lines)
        assert [fact for fact in facts if fact not in column] == []


def test_a_list_that_is_cut_says_so(run: Run) -> None:
    assert "7 positions. Showing 2 of 7. More with --limit." in words_of(run("positions", "--limit", "2"))


def test_positions_can_be_filtered_and_sorted(run: Run) -> None:
    answer = json.loads(run("positions", "--json", "--status", "surplus", "--sort", "facility", "--oncology").stdout)
    assert [line["facility"] for line in answer["positions"]] == ["BCIMS000118", "PLIMS000130"]


def test_a_position_says_how_long_supply_was_observed_to_take(
    run: Run, database: str, log: Log, project: Callable[[], None]
) -> None:
    assert "Supply takes 15 days" in words_of(run("show", HOSPITAL, "010.000.5433.00"))
    known = (SupplierLeadTime(None, 2, None, None), SupplierLeadTime("LAB-12", 6, 12, 19))
    log.publish(position(version=9, lead_time_days=19, lead_time_source="observed", lead_times=known))
    project()
    shown = words_of(run("show", HOSPITAL, "010.000.5433.00"))
    assert "Supply takes 19 days (6 deliveries: median 12, nine in ten within 19, LAB-12)" in shown
    spanish = words_of(invoke("show", HOSPITAL, "010.000.5433.00", "--lang", "es", database=database))
    assert "Surtir tarda 19 días (6 entregas: mediana 12, nueve de cada diez en 19, LAB-12)" in spanish


def test_a_position_says_what_is_planned_and_whom_it_leaves_without(
    run: Run, database: str, log: Log, project: Callable[[], None]
) -> None:
    assert "Planned use" not in words_of(run("show", HOSPITAL, "010.000.5433.00"))
    planned = PlannedDemand(dt.date(2026, 4, 30), 96, 3)
    log.publish(
        position(
            version=9,
            usable=20,
            cpm=None,
            cover_days=6.7,
            planned=planned,
            projected_stockout_on=dt.date(2026, 3, 17),
            due=(),
        )
    )
    project()
    shown = words_of(run("show", HOSPITAL, "010.000.5433.00"))
    assert "Planned use 96 pieces until 30 Apr 2026, in place of the CPM to tell how long it lasts" in shown
    assert "Planned treatments that wait or are not covered before more can come: 3" in shown
    assert "Runs out 17 Mar 2026" in shown
    assert "6 days by what is planned" in shown
    spanish = words_of(invoke("show", HOSPITAL, "010.000.5433.00", "--lang", "es", database=database))
    assert "Consumo planeado 96 piezas hasta el 30 abr 2026, en lugar del CPM para saber cuánto dura" in spanish
    assert "Tratamientos planeados que esperan o quedan sin cubrir antes de que pueda llegar más: 3" in spanish


def test_a_position_says_what_must_have_been_used_since_its_count(
    database: str, log: Log, project: Callable[[], None]
) -> None:
    log.publish(*catalogue(), position(version=9, usable=95, cpm=90.0, cover_days=10.0, untold_use=65))
    project()
    told = {
        "en": "10 days 30 / 90 x 30 without 65 that must have been used since the count",
        "es": "10 días 30 / 90 x 30 sin 65 que ya se habrían usado desde el conteo: la unidad informa por mes",
    }
    for lang, line in told.items():
        assert line in words_of(invoke("show", HOSPITAL, RITUXIMAB, "--lang", lang, database=database))


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("registered", "mientras tanto se cuenta con el registrado: 120 piezas al mes"),
        ("before", "mientras tanto se cuenta con el de antes del desabasto: 120 piezas al mes"),
    ],
)
def test_a_position_that_was_out_for_months_says_what_it_is_judged_by(
    database: str, log: Log, project: Callable[[], None], source: StandInSource, told: str
) -> None:
    log.publish(position(version=9, usable=20, cpm=0.0, cover_days=5.0, stand_in_cpm=120.0, stand_in_source=source))
    project()
    shown = words_of(invoke("show", HOSPITAL, "010.000.5433.00", "--lang", "es", database=database))
    assert told in shown
    assert "5 días 20 / 120 x 30" in shown
    assert "Se agota No se sabe" not in shown


def test_show_tells_each_number_with_its_inputs(run: Run) -> None:
    shown = words_of(run("show", "DFIMS000605", "010.000.5433.00", "--lang", "es"))
    for fact in (
        "Hospital de Oncología CMN Siglo XXI",
        "100 piezas al mes",
        "de 2025-12, 2026-01, 2026-02: 300 piezas, 0 días sin existencia",
        "método normalizado, política default, ventana de 3 meses de 30 días",
        "0 días 0 / 100 x 30",
        "último conteo 9 mar 2026",
        "2025-12 ████ 2026-03",
        "2026-03 en curso",
        "P-1 60 19 mar 2026",
        "Desabasto, activa desde 8 mar 2026",
        "UMAE Puebla Puebla · 108 km 700",
    ):
        assert fact in shown


def test_show_tells_the_stock_at_the_end_of_each_month(database: str, log: Log, project: Callable[[], None]) -> None:
    """Of a month without a sheet the end is known, what was used is not: a dash, not 0."""
    sheets = (month("2026-01", 80, reported=True, closing=40), month("2026-02", 0, closing=35), month("2026-03", 7))
    log.publish(*catalogue(), position(shown=sheets))
    project()
    shown = words_of(invoke("show", HOSPITAL, RITUXIMAB, "--lang", "en", database=database))
    assert "Stock at the end" in shown
    assert "2026-03 running 7 0 0 - 2026-02 - 0 0 35 2026-01 reported 80 0 0 40" in shown
    assert "█·▂" in shown


def test_show_finds_an_item_by_words_and_names_the_candidates_when_several_fit(run: Run) -> None:
    assert json.loads(run("show", HOSPITAL, "rituximab", "--json").stdout)["position"]["version"] == 2
    several = run("show", HOSPITAL, "mg")
    assert several.exit_code == 1
    assert "2 items of DFIMS000604 fit mg" in several.stderr
    assert "010.000.5423.00 Trastuzumab 440 mg" in several.stderr


def test_a_month_without_a_sheet_is_a_gap_in_the_sparkline_and_nothing_used_is_the_lowest_bar() -> None:
    assert sparkline([0, 50, None, 100, -5]) == "▁▅·█▁"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""
    assert consecutive(["2025-11", "2026-02"], 4) == ["2025-11", "2025-12", "2026-01", "2026-02"]
