"""The kinds of panel that our dashboards are made of, in one style, as Grafana's JSON."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]

DATASOURCE: Json = {"type": "prometheus", "uid": "prometheus"}
"""As provisioning/datasources/prometheus.yml names it."""

COLUMNS = 24
"""Width of Grafana's grid."""

Unit = Literal["none", "s", "d", "eps", "percentunit"]
"""Grafana's names: a count, seconds, days, events per second, a share of 1."""

SEVERITY_COLOURS = {"critical": "dark-red", "high": "red", "medium": "orange", "low": "yellow"}


@dataclass(frozen=True)
class Query:
    """A question to Prometheus, and how each series of the answer is called (`{{label}}`)."""

    expression: str
    legend: str


@dataclass(frozen=True)
class Panel:
    """One picture. Its title is the question that it answers, its description says how to read it and what to do.

    `steps` colour a value: from each number upwards that colour holds, the first one below all.
    """

    kind: Literal["timeseries", "stat", "bargauge"]
    title: str
    description: str
    unit: Unit
    queries: Sequence[Query]
    width: int = 8
    height: int = 8
    steps: Sequence[tuple[float | None, str]] = ((None, "green"),)
    decimals: int | None = None
    stacked: bool = False

    def to_json(self, number: int, x: int, y: int) -> Json:
        """The panel at a place of the grid."""
        now = self.kind != "timeseries"
        return {
            "id": number,
            "type": self.kind,
            "title": self.title,
            "description": self.description,
            "datasource": DATASOURCE,
            "gridPos": {"x": x, "y": y, "w": self.width, "h": self.height},
            "targets": [
                {
                    "refId": chr(ord("A") + at),
                    "datasource": DATASOURCE,
                    "expr": query.expression,
                    "legendFormat": query.legend,
                    "instant": now,
                    "range": not now,
                }
                for at, query in enumerate(self.queries)
            ],
            "fieldConfig": {"defaults": self._defaults(), "overrides": _severity_colours()},
            "options": _options(self.kind),
        }

    def _defaults(self) -> Json:
        defaults: Json = {
            "unit": self.unit,
            "min": 0,
            "thresholds": {
                "mode": "absolute",
                "steps": [{"value": value, "color": colour} for value, colour in self.steps],
            },
            "color": {"mode": "palette-classic" if self.kind == "timeseries" else "thresholds"},
        }
        if self.decimals is not None:
            defaults["decimals"] = self.decimals
        if self.kind == "timeseries":
            defaults["custom"] = {
                "lineWidth": 1,
                "fillOpacity": 40 if self.stacked else 10,
                "showPoints": "never",
                "stacking": {"mode": "normal" if self.stacked else "none"},
            }
        return defaults


@dataclass(frozen=True)
class Row:
    """A heading and the panels under it, laid out from the left, in lines as they fit."""

    title: str
    panels: Sequence[Panel]


def laid_out(rows: Sequence[Row]) -> list[Json]:
    """All panels with numbers and places."""
    out: list[Json] = []
    y = 0
    for row in rows:
        place = {"x": 0, "y": y, "w": COLUMNS, "h": 1}
        heading = {"id": len(out) + 1, "type": "row", "title": row.title, "collapsed": False, "panels": []}
        out.append(heading | {"gridPos": place})
        y += 1
        x = tallest = 0
        for panel in row.panels:
            if x + panel.width > COLUMNS:
                x, y, tallest = 0, y + tallest, 0
            out.append(panel.to_json(len(out) + 1, x, y))
            x, tallest = x + panel.width, max(tallest, panel.height)
        y += tallest
    return out


def _options(kind: str) -> Json:
    if kind == "timeseries":
        return {
            "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
            "tooltip": {"mode": "multi", "sort": "desc"},
        }
    latest: Json = {"reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False}}
    if kind == "bargauge":
        return latest | {"orientation": "horizontal", "displayMode": "basic", "showUnfilled": True}
    return latest | {"orientation": "auto", "colorMode": "value", "graphMode": "none", "textMode": "value_and_name"}


def _severity_colours() -> list[Json]:
    """A severity has one colour wherever it is a series."""
    return [
        {
            "matcher": {"id": "byName", "options": severity},
            "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}],
        }
        for severity, colour in SEVERITY_COLOURS.items()
    ]
