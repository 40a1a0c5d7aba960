"""The demonstration shows no alerts of last week as if they were today's."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console
from sqlalchemy import Engine

from abasto.commands import read
from abasto.stack import demo
from abasto.stack.as_of_now import Judged, judged
from abasto.stack.stack import Plan, Stack
from schemas.catalogue import Facility
from supply.calendar import milliseconds
from tests.builders import HOSPITAL, TRASTUZUMAB, WAREHOUSE, alert, position
from tests.unit.store.log import Log

TODAY = dt.datetime(2026, 5, 20, 6, tzinfo=dt.UTC)
"""Midnight in Mexico City."""
HOUR = dt.timedelta(hours=1)
NOW_MS = milliseconds(TODAY + 5 * HOUR)


@pytest.fixture
def shown(engine: Engine, log: Log, project: Callable[[], None], database: str) -> Callable[[], Judged]:
    """What is said of the read model of a hospital in Mexico City and a warehouse that stands in Sonora."""
    for code, zone in ((HOSPITAL, "America/Mexico_City"), (WAREHOUSE, "America/Hermosillo")):
        log.publish(Facility(facility=code, name=code, kind="hospital", timezone=zone))

    def read_on() -> Judged:
        project()
        return judged(database, NOW_MS)

    return read_on


def test_a_position_with_an_alert_that_was_judged_last_week_is_not_as_of_today(
    log: Log, shown: Callable[[], Judged]
) -> None:
    log.publish(position(as_of=TODAY - 7 * 24 * HOUR), alert())
    log.publish(position(item=TRASTUZUMAB, as_of=TODAY + 5 * HOUR), alert("a-2", item=TRASTUZUMAB))
    assert shown() == Judged(1, TODAY - 7 * 24 * HOUR)
    log.publish(position(version=2, as_of=TODAY + HOUR))
    assert shown() == Judged(0, TODAY + HOUR)


def test_a_day_begins_at_the_midnight_of_the_place(log: Log, shown: Callable[[], Judged]) -> None:
    log.publish(position(as_of=TODAY), alert())
    log.publish(position(WAREHOUSE, as_of=TODAY), alert("a-2", facility=WAREHOUSE))
    assert shown().before_today == 1


def test_what_may_have_nothing_new_to_say_for_weeks_is_not_waited_for(log: Log, shown: Callable[[], Judged]) -> None:
    log.publish(position(as_of=TODAY - 20 * 24 * HOUR), alert(condition="surplus"), alert("a-2", condition="cpm_drift"))
    assert shown() == Judged(0, None)


def test_what_has_no_open_alert_is_not_waited_for(log: Log, shown: Callable[[], Judged]) -> None:
    week_ago = TODAY - 7 * 24 * HOUR
    log.publish(position(as_of=week_ago), alert(), alert(sequence=2, state="resolved"))
    log.publish(position(WAREHOUSE, as_of=week_ago))
    assert shown() == Judged(0, None)


def test_where_nothing_was_judged_yet_what_is_short_is_waited_for(log: Log, shown: Callable[[], Judged]) -> None:
    week_ago = TODAY - 7 * 24 * HOUR
    log.publish(position(on_hand=0, as_of=week_ago), position(WAREHOUSE, as_of=week_ago))
    assert shown() == Judged(1, week_ago)
    log.publish(position(on_hand=0, version=2, as_of=TODAY + HOUR))
    assert shown() == Judged(0, TODAY + HOUR)


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    plan = Plan(folder=tmp_path, broker="127.0.0.1:1", kafka_port=0, database=None, workers=1, metrics=False)
    return Stack(plan, Console(quiet=True))


def test_alerts_are_shown_once_they_are_as_of_today(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    happened: list[str] = []
    before_today = [120, 40, 0, 0]

    def judged_by_now(_database: str) -> Judged:
        happened.append(f"{before_today[0]} late")
        return Judged(before_today.pop(0), TODAY)

    def nothing_left(_stack: Stack) -> int:
        happened.append("nothing left")
        return 0

    monkeypatch.setattr(demo, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(demo, "backlog_left", nothing_left)
    monkeypatch.setattr(demo, "judged", judged_by_now)
    monkeypatch.setattr(read, "alerts", lambda limit: happened.append(f"{limit} alerts shown"))
    demo.show_alerts(stack, Console(stderr=True, width=200))
    waited = ["nothing left", "120 late", "40 late", "0 late"]
    assert happened == [*waited, "nothing left", "15 alerts shown", "0 late"]
    assert f"As of {TODAY.astimezone():%Y-%m-%d %H:%M}" in capsys.readouterr().err


def test_alerts_that_stay_behind_are_not_shown_as_todays(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "JUDGED_PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(demo, "backlog_left", lambda _: 0)
    monkeypatch.setattr(demo, "judged", lambda _: Judged(3, TODAY))
    monkeypatch.setattr(read, "alerts", lambda **_: None)
    demo.show_alerts(stack, Console(stderr=True, width=200))
    assert "3 positions with an alert are not judged as of today yet" in capsys.readouterr().err
