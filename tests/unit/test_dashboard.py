"""The Grafana dashboard: what it asks exists, and every panel says what it is for."""

import json
import re
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from deploy.grafana.dashboard import FILE, dashboard, text
from store.metrics import ProjectorMetrics
from streams.metrics import WorkerMetrics
from supply.indicators.group import MonthIndicators, StockIndicators

PANELS: list[dict[str, Any]] = [panel for panel in dashboard()["panels"] if panel["type"] != "row"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]

every_panel = pytest.mark.parametrize("panel", PANELS, ids=lambda panel: panel["title"])


def exported(registry: CollectorRegistry) -> set[str]:
    """The names under which Prometheus knows what a process exports."""
    names: set[str] = set()
    for family in registry.collect():
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        names |= {family.name + suffix for suffix in suffixes}
    return names


def test_the_checked_in_file_is_what_the_program_writes() -> None:
    assert FILE.read_text(encoding="utf-8") == text(), "run `python -m deploy.grafana.dashboard`"
    assert json.loads(text())["uid"] == "abasto"


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_every_question_is_about_metrics_that_are_exported(expression: str) -> None:
    asked = set(re.findall(r"\babasto_[a-z_]+\b", expression)) or {"up"}
    assert asked <= exported(WorkerMetrics().registry) | exported(ProjectorMetrics().registry) | {"up"}


@every_panel
def test_what_has_an_indicators_name_is_asked_of_the_indicators(panel: dict[str, Any]) -> None:
    """Two definitions under one name are how two screens disagree."""
    asked = {name for target in panel["targets"] for name in re.findall(r"\babasto_[a-z_]+\b", target["expr"])}
    if re.search(r"% abasto|with stock|out of stock|stock-out|indicators\?", panel["title"]):
        assert all(name.startswith("abasto_indicator_") for name in asked), asked


def test_the_indicators_asked_are_indicators() -> None:
    asked = {name for expression in EXPRESSIONS for names in re.findall(r'indicator=~"(.+?)"', expression)
             for name in names.split("|")}  # fmt: skip
    assert asked >= {"abasto", "with_stock", "stock_out"}
    assert asked <= {*StockIndicators.__struct_fields__, *MonthIndicators.__struct_fields__}


@every_panel
def test_a_panel_asks_a_question_and_says_how_to_read_the_answer(panel: dict[str, Any]) -> None:
    assert panel["title"].endswith("?")
    assert len(panel["description"]) > len("Cover in days.")
    assert panel["fieldConfig"]["defaults"]["unit"]
    assert all(target["legendFormat"] for target in panel["targets"])


def test_no_two_panels_share_a_place_or_a_number() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24, panel["title"]
        assert not cells & taken, panel["title"]
        taken |= cells
    numbers = [panel["id"] for panel in dashboard()["panels"]]
    assert len(set(numbers)) == len(numbers)
