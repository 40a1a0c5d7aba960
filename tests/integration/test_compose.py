"""The compose file as it ships: built, started, fed, watched, a worker killed, and taken down again.

Takes minutes, so it runs when ABASTO_COMPOSE_TEST=1 says so. The tests build on each other, in this order.
"""

import datetime as dt
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from abasto.catalogue.files import write_catalogue
from deploy.grafana.dashboard import dashboard
from schemas import events
from schemas.catalogue import Facility, Item
from store.indicator_reader import PAUSE_S
from tests.servers.compose import Compose, running_stack, why_not

reason = why_not()
pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(reason is not None, reason=str(reason)),
    pytest.mark.timeout(1200),  # seconds; a first build fetches every package
]

ITEM = "010.000.5433.00"
HOSPITALS = ("DFIMS000604", "MCIMS000012", "BCIMS000151")
EMPTY = HOSPITALS[2]
"""It counts nothing on its shelf."""

SOON_SECONDS = 60.0
"""Events are counted and projected within a second or two; a scrape comes every 10 s."""


INDICATORS_SECONDS = PAUSE_S + SOON_SECONDS
"""They were read for the first time from an empty read model."""


@pytest.fixture(scope="module")
def stack() -> Iterator[Compose]:
    with running_stack() as compose:
        yield compose


def eventually(holds: Callable[[], bool], seconds: float = SOON_SECONDS) -> None:
    """Look again and again until it holds; the last look's own assertion tells what is missing."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds:.0f} s"
        time.sleep(1)


def sql(stack: Compose, query: str) -> list[str]:
    """The rows of an answer of PostgreSQL, columns parted by `|`."""
    psql = ("psql", "--username=abasto", "--no-align", "--tuples-only", f"--command={query}")
    return stack("exec", "--no-TTY", "postgres", *psql).split()


def on_hand(stack: Compose) -> list[str]:
    """`facility|pieces` of each position that people see."""
    return sql(stack, "SELECT facility, on_hand FROM positions")


def abasto(stack: Compose, *arguments: str) -> None:
    """Run a command of the program on this machine, against the port that the broker publishes."""
    environment = os.environ | {"ABASTO_BROKERS": f"127.0.0.1:{stack.kafka_port}"}
    subprocess.run([sys.executable, "-m", "abasto", *arguments], env=environment, check=True, timeout=120)


def ask_prometheus(stack: Compose, expression: str) -> list[dict[str, Any]]:
    """The series with which Prometheus answers now."""
    query = urllib.parse.urlencode({"query": expression})
    with urllib.request.urlopen(f"http://127.0.0.1:{stack.prometheus_port}/api/v1/query?{query}", timeout=10) as answer:
        series: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return series


def history(now: dt.datetime) -> Iterator[events.Event]:
    """Four months of three hospitals that use 10 pieces a day: two are well supplied, one has run out."""
    for hospital in HOSPITALS:

        def envelope(at: dt.datetime, name: str, where: str = hospital) -> dict[str, Any]:
            return {
                "id": f"{where}-{name}-{at:%Y%m%d%H}",
                "source": "/test",
                "time": at,
                "facility": where,
                "item": ITEM,
            }

        days = [now - dt.timedelta(days=ago) for ago in range(120, 0, -1)]
        yield events.StockCounted(quantity=3000, **envelope(days[0], "count"))
        for day in days[1:]:
            yield events.StockDispensed(quantity=10, **envelope(day, "dispensed"))
        if hospital == EMPTY:
            yield events.StockCounted(quantity=0, **envelope(now - dt.timedelta(minutes=1), "count"))


def write_events(file: Path, lines: list[events.Event]) -> None:
    lines.sort(key=lambda event: event.time)
    file.write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in lines))


def test_every_service_is_healthy_after_up(stack: Compose) -> None:
    assert {stack.health(name) for name in ("kafka", "postgres", "worker", "projector", "prometheus")} == {"healthy"}


def test_the_image_runs_as_nobody_in_particular_and_cannot_change_itself(stack: Compose) -> None:
    assert stack("exec", "--no-TTY", "worker", "id", "--user").strip() == "10001"
    look = "touch /opt/abasto/x 2>&1; touch /x 2>&1; command -v gcc cc make; ls -d /opt/abasto/bin/pip; echo end"
    seen = stack("exec", "--no-TTY", "worker", "sh", "-c", look)
    assert seen.count("Read-only file system") == 2
    assert "gcc" not in seen
    assert "make" not in seen
    assert "\n/opt/abasto/bin/pip" not in seen


def test_the_image_runs_compiled_rules_and_carries_nothing_that_compiled_them(stack: Compose) -> None:
    look = "import importlib.util as u, supply.book as b; print(b.__file__, *map(u.find_spec, ('mypy', 'setuptools')))"
    seen = stack("exec", "--no-TTY", "worker", "python", "-c", look).split()
    assert seen[0].endswith(".so")
    assert seen[1:] == ["None", "None"]


def test_events_published_from_the_machine_become_alerts_in_postgresql(stack: Compose, tmp_path: Path) -> None:
    write_catalogue(
        tmp_path / "catalogue",
        [Item(item=ITEM, name="rituximab", oncology=True, ven="V")],
        [Facility(facility=hospital, name=hospital, kind="hospital") for hospital in HOSPITALS],
    )
    abasto(stack, "catalogue", "load", str(tmp_path / "catalogue"))
    write_events(tmp_path / "history.jsonl", list(history(dt.datetime.now(dt.UTC))))
    abasto(stack, "publish", str(tmp_path / "history.jsonl"))

    def firing() -> list[str]:
        return sql(stack, "SELECT condition, facility FROM alerts WHERE state = 'firing' ORDER BY 1, 2")

    eventually(lambda: f"stock_out|{EMPTY}" in firing())
    assert not any(row.startswith("stock_out") and EMPTY not in row for row in firing())
    eventually(lambda: set(on_hand(stack)) == {f"{hospital}|1810" for hospital in HOSPITALS[:2]} | {f"{EMPTY}|0"})


def test_a_bad_record_becomes_a_dead_letter_in_postgresql(stack: Compose, tmp_path: Path) -> None:
    unknown = next(history(dt.datetime.now(dt.UTC)))
    unknown.facility = "NOWHERE001"
    unknown.id = "unknown"
    write_events(tmp_path / "bad.jsonl", [unknown])
    abasto(stack, "publish", str(tmp_path / "bad.jsonl"))
    eventually(lambda: sql(stack, "SELECT fault FROM dead_letters") == ["unknown_facility"])


def test_people_see_the_alerts_by_a_command_beside_the_stack(stack: Compose) -> None:
    shown = json.loads(stack("run", "--rm", "--no-TTY", "cli", "alerts", "--json"))
    assert EMPTY in json.dumps(shown)


def test_every_question_of_the_dashboard_has_an_answer(stack: Compose) -> None:
    targets = [target for panel in dashboard()["panels"] for target in panel.get("targets", [])]
    unanswered: list[str] = []

    def all_answered() -> bool:
        unanswered[:] = [target["expr"] for target in targets if not answers(stack, target)]
        return not unanswered

    try:
        eventually(all_answered, INDICATORS_SECONDS)
    except AssertionError:
        pytest.fail(f"no data, or not by what the legend names: {unanswered}")


def answers(stack: Compose, target: dict[str, Any]) -> bool:
    """Whether Prometheus has series for a question, each with the labels that its legend shows."""
    filled = target["expr"].replace("$__rate_interval", "1m").replace("$__range", "10m").replace("$item", ".*")
    series = ask_prometheus(stack, filled)
    labels = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
    return bool(series) and all(labels <= one["metric"].keys() for one in series)


def test_a_killed_worker_comes_back_and_counts_each_event_once(stack: Compose, tmp_path: Path) -> None:
    stack.kill("worker")
    now = dt.datetime.now(dt.UTC)
    use = events.StockDispensed(
        quantity=7, id="after", source="/test", time=now, facility=HOSPITALS[0], item=ITEM
    )  # fmt: skip
    write_events(tmp_path / "after.jsonl", [use, use])
    abasto(stack, "publish", str(tmp_path / "after.jsonl"))
    eventually(lambda: f"{HOSPITALS[0]}|1803" in on_hand(stack))
    assert stack.restarts("worker") == 1
    eventually(lambda: stack.health("worker") == "healthy")


def test_a_killed_broker_and_database_come_back_with_what_they_held(stack: Compose, tmp_path: Path) -> None:
    stack.kill("kafka")
    stack.kill("postgres")
    eventually(lambda: (stack.health("kafka"), stack.health("postgres")) == ("healthy", "healthy"))
    again = events.StockDispensed(
        quantity=3, id="again", source="/test", time=dt.datetime.now(dt.UTC), facility=HOSPITALS[0], item=ITEM
    )
    write_events(tmp_path / "again.jsonl", [again])
    abasto(stack, "publish", str(tmp_path / "again.jsonl"))
    eventually(lambda: f"{HOSPITALS[0]}|1800" in on_hand(stack))
