"""`silent_facility` (unidad sin reportar): no event of any item for longer than the facility's rhythm allows.

Judged at the facility's midnights, and in service at its first event after a silence. What it holds is not known while
it is silent: its own stock alerts are listed as unconfirmed.

| watched items held | silent as long as allowed | twice as long |
|---|---|---|
| fewer than `many_items` | medium | high |
| `many_items` or more | high | critical |

It is no milder than the worst of the alerts it stands for.

A facility that holds no watched item makes no alert. One of which nothing was ever heard has no position and is none
that reports: the catalogue alone makes no silence.
"""

import datetime as dt
from typing import Final
from zoneinfo import ZoneInfo

from schemas.alerts import SEVERITIES, AlertPlace, AlertState
from schemas.rekeyed import StockNote
from supply.finding import NOT_APPLICABLE, Finding
from supply.language import SPANISH, Sentences, date_of
from supply.rules import AlertTiming
from supply.wide.rhythm import allowed_pause, usual_pause
from supply.wide.rule import Scene, WideRule, alert_place, counted, no_milder
from supply.wide.thresholds import WideRules

_MEDIUM: Final = SEVERITIES.index("medium")


def quiet_days(scene: Scene) -> int:
    """Whole local days gone since the last day with an event; below zero when that is today."""
    return scene.day - max(scene.heard) - 1


def judge(scene: Scene) -> Finding | None:
    """Enters when as many whole days have gone as are allowed; leaves with the first event."""
    if scene.facility is None or not scene.heard:
        return None
    thresholds = scene.rules.silent_facility
    quiet, allowed = quiet_days(scene), allowed_pause(sorted(scene.heard), thresholds)
    if quiet < allowed:
        return NOT_APPLICABLE
    watched = sum(note.watched for note in scene.places.values())
    if not watched:
        return None
    step = (watched >= thresholds.many_items) + (quiet >= 2 * allowed)
    return Finding(holds=True, over=False, severity=no_milder(SEVERITIES[_MEDIUM + step], _in_trouble(scene)))


def timing(_rules: WideRules) -> AlertTiming:
    """At once: the days of the silence are hold enough."""
    return AlertTiming()


def explain(scene: Scene, state: AlertState) -> Sentences:
    """The sentences of the alert."""
    if scene.facility is None or not scene.heard:
        return Sentences("La unidad no ha reportado.", "The facility has not reported.")
    name, last = scene.facility.name, max(scene.heard)
    if state == "resolved":
        return Sentences(f"{name} volvió a reportar el {date_of(last)}.", f"{name} reported again on {date_of(last)}.")
    quiet = quiet_days(scene)
    watched = sum(note.watched for note in scene.places.values())
    stock = len(places(scene))
    rhythm = _rhythm(scene)
    at = dt.datetime.fromtimestamp(scene.heard[last] / 1000, ZoneInfo(scene.facility.timezone)).strftime("%H:%M")
    unsure = Sentences("", "")
    if stock:
        unsure = Sentences(
            f"; {counted(stock, 'alerta', 'alertas')} de existencias sin confirmar",
            f"; {counted(stock, 'stock alert', 'stock alerts')} cannot be confirmed",
        )
    return Sentences(
        f"{name} no reporta desde el {date_of(last)} a las {at}: {SPANISH.days(quiet)} sin ningún registro; "
        f"{rhythm.es}. Guarda {counted(watched, 'clave vigilada', 'claves vigiladas')}{unsure.es}. "
        "Llame a la unidad: pida el conteo de hoy y que revise su envío de datos.",
        f"{name} has not reported since {date_of(last)} at {at}: {counted(quiet, 'day', 'days')} without any record; "
        f"{rhythm.en}. It holds {counted(watched, 'watched item', 'watched items')}{unsure.en}. "
        "Call the facility: ask for today's count and to look at what sends its data.",
    )


def _rhythm(scene: Scene) -> Sentences:
    days = sorted(scene.heard)
    if len(days) < scene.rules.silent_facility.known_after:
        return Sentences("aún no se conoce su ritmo", "its rhythm is not known yet")
    pause = usual_pause(days)
    if pause == 0:
        return Sentences("suele reportar cada día", "it usually reports every day")
    return Sentences(
        f"suele pasar hasta {SPANISH.days(pause)} sin reportar",
        f"it usually goes up to {counted(pause, 'day', 'days')} without a report",
    )


def _unconfirmed(note: StockNote) -> bool:
    """Whether an alert about its stock fires: a want, or a surplus that others may be sent for."""
    return note.trouble is not None or note.surplus_alert is not None


def _in_trouble(scene: Scene) -> list[StockNote]:
    return [note for note in scene.places.values() if note.trouble is not None]


def places(scene: Scene) -> tuple[AlertPlace, ...]:
    """The positions whose stock alerts are open: nobody can confirm them now."""
    notes = sorted(filter(_unconfirmed, scene.places.values()), key=lambda note: note.item)
    return tuple(alert_place(note, "unconfirmed") for note in notes)


RULE = WideRule("silent_facility", judge, timing, explain, places)
