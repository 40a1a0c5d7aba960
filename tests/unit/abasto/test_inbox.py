"""What `abasto alerts` lists unasked: what is urgent, the worst first, and how many more there are."""

import datetime as dt
import json
from collections.abc import Callable

import msgspec
import pytest

from schemas.alerts import Alert
from schemas.catalogue import Item
from tests.builders import HOSPITAL, NOON, RITUXIMAB, TRASTUZUMAB, WAREHOUSE, alert, catalogue, position
from tests.unit.abasto.reading import invoke, words_of
from tests.unit.store.log import Log

UNCLASSIFIED, SIMPLE = "010.000.0001.00", "010.000.0002.00"

Inbox = Callable[..., list[str]]


@pytest.fixture
def inbox(database: str, log: Log, project: Callable[[], None]) -> Inbox:
    """Publishes alerts, and lists the numbers of those that `abasto alerts` shows."""
    log.publish(*catalogue(), Item(item=UNCLASSIFIED, name="A"), Item(item=SIMPLE, name="B", ven="N"))

    def listed(*published: Alert, options: tuple[str, ...] = ()) -> list[str]:
        log.publish(*published)
        project()
        answer = json.loads(invoke("alerts", "--json", *options, database=database).stdout)
        assert answer["total"] == len(answer["alerts"])
        return [line["alert"] for line in answer["alerts"]]

    return listed


CAN_WAIT = (
    alert("surplus", condition="surplus", severity="low"),
    alert("drift", condition="cpm_drift", severity="low", facility=WAREHOUSE),
    alert("surge", condition="demand_surge", severity="high", state="pending"),
)


def test_what_can_wait_does_not_fill_the_inbox_but_is_counted(inbox: Inbox, database: str) -> None:
    assert inbox(*CAN_WAIT, alert("out"), alert("late", condition="late_arrival", severity="medium")) == ["out", "late"]
    shown = words_of(invoke("alerts", database=database))
    assert (
        "3 more can wait: 1 pending (--state pending lists them), 2 of low severity (--severity low lists them)."
        in shown
    )
    en_espanol = words_of(invoke("alerts", "--lang", "es", database=database))
    assert "Pueden esperar 3 más: 1 sin confirmar todavía (--state pending las lista), 2 de gravedad" in en_espanol


def test_an_inbox_with_nothing_urgent_says_what_can_wait(inbox: Inbox, database: str) -> None:
    assert inbox(*CAN_WAIT) == []
    shown = words_of(invoke("alerts", database=database))
    assert "No alert meets these filters. 3 more can wait: 1 pending" in shown


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (("--state", "pending"), {"surge"}),
        (("--severity", "low"), {"surplus", "drift", "surge"}),
        (("--state", "open"), {"surplus", "drift", "surge"}),
        (("--condition", "surplus"), {"surplus"}),
        (("--facility", HOSPITAL), {"surplus", "surge"}),
        (("--item", RITUXIMAB), {"surplus", "drift", "surge"}),
    ],
)
def test_who_asks_for_what_can_wait_is_shown_it(inbox: Inbox, options: tuple[str, ...], numbers: set[str]) -> None:
    assert set(inbox(*CAN_WAIT, options=options)) == numbers


def test_of_one_severity_vital_items_come_first_and_then_what_runs_out_soonest(
    inbox: Inbox, log: Log, project: Callable[[], None]
) -> None:
    tomorrow, in_summer = NOON.date() + dt.timedelta(days=1), NOON.date() + dt.timedelta(days=100)
    log.publish(
        position(item=RITUXIMAB, on_hand=50),
        position(item=TRASTUZUMAB, on_hand=20, projected_stockout_on=in_summer),
        position(item=UNCLASSIFIED, on_hand=10),
        position(item=SIMPLE, on_hand=0),
        position(WAREHOUSE, item=TRASTUZUMAB, on_hand=20, projected_stockout_on=tomorrow),
    )
    told = [
        alert("N-out", item=SIMPLE),
        alert("none-3-days", item=UNCLASSIFIED, condition="shortage"),
        alert("V-15-days", item=RITUXIMAB, condition="shortage"),
        alert("V-6-days", item=TRASTUZUMAB, condition="shortage"),
        alert("V-6-days-out-sooner", item=TRASTUZUMAB, condition="shortage", facility=WAREHOUSE),
        alert("N-critical", item=SIMPLE, condition="unmet_demand", severity="critical"),
    ]
    assert inbox(*told) == ["N-critical", "V-6-days-out-sooner", "V-6-days", "V-15-days", "none-3-days", "N-out"]


def test_a_silent_facility_and_what_can_wait_are_counted_apart(inbox: Inbox, database: str) -> None:
    silence = msgspec.structs.replace(alert("silent", condition="silent_facility"), item=None, facts=None)
    low = alert("low", condition="low_stock", severity="low", facility=WAREHOUSE)
    assert inbox(silence, alert("out"), alert("scarce", 1, "pending", condition="low_stock"), low) == ["silent"]
    shown = words_of(invoke("alerts", database=database))
    assert "1 more is told by an alert about a whole facility or item: --each lists it." in shown
    assert "1 more can wait: 1 of low severity (--severity low lists them)." in shown
