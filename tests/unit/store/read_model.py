"""A small read model to look at: four places, two medicines, something wrong in each way."""

import datetime as dt
from typing import Any

import msgspec

from schemas.catalogue import Facility, Item
from tests.builders import (
    HOSPITAL,
    NOON,
    TRASTUZUMAB,
    WAREHOUSE,
    alert,
    catalogue,
    dead_letter,
    due,
    months,
    position,
)
from tests.unit.store.log import Log

PUEBLA = "PLIMS000130"
TIJUANA = "BCIMS000118"


def publish_network(log: Log) -> None:
    """Rituximab is out in the hospital, scarce in its warehouse and in surplus in two others."""
    log.publish(*catalogue())
    here = next(entry for entry in catalogue() if isinstance(entry, Facility) and entry.facility == HOSPITAL)
    log.publish(
        msgspec.structs.replace(here, latitude=19.41, longitude=-99.16),
        Facility(facility=PUEBLA, name="UMAE Puebla", kind="hospital", state="Puebla", latitude=19.05, longitude=-98.2),
        Facility(facility=TIJUANA, name="HGR 1", kind="hospital", state="Sonora", latitude=32.52, longitude=-117.02),
        Item(item="010.000.5433.01", name="Rituximab", presentation="100 mg/10 ml", oncology=True),
        Item(item="040.000.0226.00", name="Ketamina"),
    )
    arrival = due(60, NOON.date() + dt.timedelta(days=9))
    awaited: dict[str, Any] = {"on_hand": 0, "status": "out", "due": (arrival,), "due_quantity": 60}
    log.publish(
        position(shown=months("2026-02", 3), **awaited),
        position(item=TRASTUZUMAB, on_hand=40.5, status="low"),
        position(WAREHOUSE, on_hand=15, status="low"),
        position(TIJUANA, on_hand=900, status="surplus"),
        position(PUEBLA, on_hand=700, status="surplus"),
        position(PUEBLA, item="040.000.0226.00", on_hand=None, cpm=None, cover_days=None),
        position("NOWHERE", item="999.999.9999.99", on_hand=5, status="critical"),
    )
    log.publish(position(version=2, shown=months("2026-03", 2), **awaited))
    log.publish(alert("aaa1", state="pending"), alert("aaa1", 2), alert("bbb2", item=TRASTUZUMAB, condition="shortage"))
    log.publish(alert("bbb2", 2, item=TRASTUZUMAB, condition="shortage", severity="critical"))
    log.publish(alert("ccc3", 1, state="pending", facility=WAREHOUSE, condition="low_stock", severity="low"))
    log.publish(alert("ddd4", 1, facility=PUEBLA), alert("ddd4", 2, state="resolved", facility=PUEBLA))
    log.publish(dead_letter(1), dead_letter(2, fault="undecodable", field=None, at=NOON + dt.timedelta(hours=1)))


def publish_a_day(log: Log) -> None:
    """Something of everything, in several transactions."""
    log.publish(*catalogue())
    log.publish(position(version=1), position(item=TRASTUZUMAB, version=1), alert(state="pending"))
    log.publish(dead_letter(offset=1), dead_letter(offset=2))
    log.publish(position(version=2, on_hand=0, shown=months("2026-04", 4)), alert(sequence=2))
    log.publish(position(version=3, on_hand=900), alert(sequence=3, state="resolved"))
