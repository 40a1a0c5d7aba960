"""The Grafana dashboard: what it asks exists, and every panel says what it is for."""

import json
import re
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from deploy.grafana.dashboard import FILE, dashboard, text
from store.metrics import ProjectorMetrics
from streams.metrics import WorkerMetrics

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
