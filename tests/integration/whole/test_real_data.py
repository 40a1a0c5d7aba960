"""Other people's files come through whole: every issue, every receipt, every closing stock, every average.

They lie in `shared/data` beside the checkout (its README names sources and licences); without them these tests skip.
"""

import asyncio
import csv
import datetime as dt
import json
import math
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

import store
from abasto.catalogue.files import read_catalogue
from abasto.catalogue.load import load
from abasto.convert.conversion import run
from abasto.convert.map_file import read_map
from abasto.feed.files import EventFiles
from abasto.feed.keys import PositionKeys
from abasto.feed.lines import numbered_lines
from abasto.feed.publish import send
from abasto.feed.records import Record
from abasto.proof.replay import Replay
from abasto.proof.rules import rules_named
from streams.topic_check import ensure_topics
from supply.calendar import milliseconds, month_name, month_number
from supply.catalogue import Catalogue
from tests.integration.engine.conftest import settings_for
from tests.integration.store.conftest import ProjectorProcess
from tests.servers.kafka import KafkaServer
from tests.servers.reaper import Reaper
from tests.servers.worker import REAL, ROOT, running_workers

DATA = ROOT.parent / "shared" / "data"
ISSUES, RECEIPTS = DATA / "nhs" / "pharmacy.csv", DATA / "nhs" / "leadtime.csv"
SHEETS = DATA / "civ_logistics_dev.csv"

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(not DATA.is_dir(), reason="no real data: there is no ../shared/data beside the checkout"),
]

Sums = dict[tuple[str, str], Decimal]
"""Pieces by item and month, or by item and year."""

SHOWN_WITHIN_SECONDS = 60.0


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def item_codes(map_name: str) -> dict[str, str]:
    """The item code of each name that a sheet knows an item by."""
    codes = read_map(map_name).item.codes
    return {name: entry if isinstance(entry, str) else entry["item"] for name, entry in codes.items()}


def converted(file: Path, map_name: str, out: Path) -> Path:
    run(file, map_name, out, sheet=None, allow_refused=False, as_json=True)
    return out


# ---------------------------------------------------------------- a pharmacy's six years, through Kafka

STORE = "NHS-STORE"


def monthly_use() -> Sums:
    codes = item_codes("pharmacy-issues")
    sums: Sums = defaultdict(Decimal)
    for row in rows_of(ISSUES):
        sums[codes[row["NSVCode"]], row["Date"][:7]] += Decimal(row["Total_Qty"])
    return sums


def yearly_receipts() -> Sums:
    codes = item_codes("pharmacy-receipts")
    sums: Sums = defaultdict(Decimal)
    for row in rows_of(RECEIPTS):
        sums[codes[row["NSVCode"]], row["DateReceived"][:4]] += Decimal(row["QtyRec_Value"])
    return sums


def empty_new_years(items: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The store's shelf is counted empty at the end of each year: the gap to the book is then what came in that
    year, as the files tell of no issues there."""
    for day in ("2016-12-31", "2017-12-31", "2018-12-31", "2019-12-31", "2020-07-31"):
        for item in items:
            yield {
                "type": "stock.counted", "id": f"{day}/{item}", "source": "urn:test", "time": f"{day}T22:00:00Z",
                "facility": STORE, "item": item, "quantity": 0,
            }  # fmt: skip


def shown(database: sa.Engine) -> tuple[Sums, dict[str, tuple[str | None, float | None]]]:
    """Of the read model: consumption by item and month in which something moved (others are told for the stock at their
    end), and the store's last count and its gap by item."""
    with database.connect() as connection:
        query = sa.text(
            "SELECT item, month, sum(consumption) FROM consumption_months "
            "WHERE dispensed <> 0 OR issued <> 0 OR returned <> 0 GROUP BY 1, 2"
        )
        use = connection.execute(query)
        sums = {(item, month): round(Decimal(pieces), 3) for item, month, pieces in use}
        query = sa.text("SELECT item, last_count_on, last_count_gap FROM positions WHERE facility = :store")
        counts = connection.execute(query, {"store": STORE})
        return sums, {item: (day, gap) for item, day, gap in counts}


def test_a_pharmacy_s_months_and_receipts_are_those_of_its_files(
    own_kafka: Callable[[], KafkaServer], tmp_path: Path, reaper: Reaper
) -> None:
    """All six years lie in Kafka before the worker starts: months leave the positions before any checkpoint."""
    folders = [converted(ISSUES, "pharmacy-issues", tmp_path / "issues")]
    folders.append(converted(RECEIPTS, "pharmacy-receipts", tmp_path / "receipts"))
    counts = tmp_path / "counts.jsonl"
    items = sorted(item_codes("pharmacy-receipts").values())
    counts.write_bytes(b"".join(msgspec.json.encode(count) + b"\n" for count in empty_new_years(items)))
    files = [*(folder / "events.jsonl" for folder in folders), counts]
    use, received = monthly_use(), yearly_receipts()
    assert len(items) == 19
    assert any(pieces % 1 for pieces in use.values()), "parts of a piece are issued too"

    kafka = own_kafka()
    settings = msgspec.structs.replace(settings_for(kafka, group="pharmacy", partitions=4), clock="events")
    asyncio.run(ensure_topics(settings, create=True))
    for folder in folders:
        asyncio.run(load(read_catalogue(folder / "catalogue").entries, settings))
    address = f"sqlite:///{tmp_path}/abasto.db"
    store.migrate(address)
    database = sa.create_engine(address)
    with running_workers(tmp_path, reaper) as workers:
        projector = ProjectorProcess(settings.brokers, address, tmp_path / "projector.log")
        reaper.watch_process(projector.process.pid)
        try:
            total = sum(asyncio.run(send(_to_send(files), settings)).values())
            worker = workers.start(settings, REAL)
            _wait_until_shown(database, use)
            gaps = {item: gap for item, (_, gap) in shown(database)[1].items()}
            assert gaps == {item: -received.get((item, "2020"), 0) for item in items}
            worker.wait_for_metric("abasto_events_total", total)
            assert total == len(rows_of(ISSUES)) + 797 + 627 + 5 * len(items)
            assert worker.metric('abasto_events_total{outcome="counted",type="arrival.received"}') == 797
            assert worker.metric("abasto_dead_letters_total") == 0
        finally:
            projector.kill()
    with database.connect() as connection:
        kept = connection.execute(sa.text("SELECT max(months_from) FROM positions")).scalar_one()
        assert kept > min(month for _, month in use), "months roll out of the positions and stay in the table"
    database.dispose()


def _to_send(files: list[Path]) -> Iterator[Record]:
    with ExitStack() as stack:
        yield from EventFiles(map(str, files), stack).to_send(PositionKeys(Catalogue()), "refuse", lambda _read: None)


def _wait_until_shown(database: sa.Engine, use: Sums) -> None:
    """Wait until the read model shows exactly this use, and the last count of each of the store's shelves."""
    deadline = time.monotonic() + SHOWN_WITHIN_SECONDS
    while True:
        sums, counts = shown(database)
        if sums == use and len(counts) == 19 and {day for day, _ in counts.values()} == {"2020-07-31"}:
            return
        if time.monotonic() > deadline:
            missing = sorted(use.keys() - sums.keys())
            wrong = {key: (str(sums[key]), str(use.get(key))) for key in sums if sums[key] != use.get(key)}
            pytest.fail(f"{len(missing)} months missing {missing[:3]}, {len(wrong)} wrong {wrong}, {counts}")
        time.sleep(0.3)


# ---------------------------------------------------------------- a country's monthly sheets, replayed

POLICY = "cote-divoire"
ENDS = ("2016-06", "2016-12", "2017-06", "2017-12", "2018-09", "2019-09")
"""Months after which the whole country is looked at."""

Sheet = dict[int, dict[str, str]]
"""The rows of one site and product by month number."""


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return converted(SHEETS, "monthly-logistics", tmp_path_factory.mktemp("country"))


@pytest.fixture(scope="module")
def sheets() -> dict[tuple[str, str], Sheet]:
    codes = item_codes("monthly-logistics")
    found: dict[tuple[str, str], Sheet] = defaultdict(dict)
    for row in rows_of(SHEETS):
        month = month_number(int(row["year"]), int(row["month"]))
        found[row["site_code"], codes[row["product_code"]]][month] = row
    return found


def positions_after(folder: Path, month: int) -> dict[tuple[str, str], dict[str, Any]]:
    """Positions as of the first instant of the next month: Abidjan keeps UTC."""
    end = dt.datetime((month + 1) // 12, (month + 1) % 12 + 1, 1, tzinfo=dt.UTC)
    replay = Replay(Catalogue(read_catalogue(folder / "catalogue").entries), rules_named(POLICY), milliseconds(end))
    with (folder / "events.jsonl").open("rb") as file:
        replay.read("events", numbered_lines(file))
    replay.finish()
    assert not replay.refusals
    return {(each["facility"], each["item"]): each for each in map(json.loads, replay.positions)}


def test_a_country_s_closing_stocks_and_averages_are_those_of_its_sheets(
    country: Path, sheets: dict[tuple[str, str], Sheet]
) -> None:
    agreed: Counter[bool] = Counter()
    examples = []
    for end in ENDS:
        month = month_number(int(end[:4]), int(end[5:]))
        positions = positions_after(country, month)
        begun = {key: sheet for key, sheet in sheets.items() if min(sheet) <= month}
        assert positions.keys() == begun.keys()
        for key, sheet in begun.items():
            position = positions[key]
            last = max(each for each in sheet if each <= month)
            assert position["on_hand"] == int(sheet[last]["stock_end"]), (key, month_name(last))
            if all(each in sheet for each in (month - 2, month - 1, month)):
                theirs = float(sheet[month]["average_monthly_consumption"])
                ours = None if position["cpm"] is None else math.floor(position["cpm"] + 0.5)
                agreed[ours == theirs] += 1
                if ours != theirs:
                    examples.append((*key, end, ours, theirs))
    assert agreed.total() > 2300
    assert agreed[True] >= 0.995 * agreed.total(), f"{agreed}: {examples[:5]}"


# ---------------------------------------------------------------- the same by the commands


def abasto(*arguments: str | Path) -> Any:
    """What a command says to a script; that it ends well is part of it."""
    ended = subprocess.run(
        [sys.executable, "-m", "abasto", *map(str, arguments), "--json"],
        check=False, capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout)


def test_the_commands_take_a_country_s_sheets(tmp_path: Path) -> None:
    rows = len(rows_of(SHEETS))
    made = abasto("convert", SHEETS, "--map", "monthly-logistics", "--out", tmp_path)
    assert (made["rows"], made["refused"], made["types"]["stock.counted"]) == (rows, 0, rows)
    done = abasto(
        "replay", tmp_path / "events.jsonl", "--catalogue", tmp_path / "catalogue", "--out", tmp_path / "out",
        "--policy", POLICY, "--until", "2019-09-30",
    )  # fmt: skip
    assert done["outcomes"] == {"counted": made["events"]}
    assert done["positions"] == len((tmp_path / "out" / "positions.jsonl").read_bytes().splitlines())
    found = abasto("verify", "monthly", SHEETS)
    assert found["rows"] > 17_000
    assert found["agreement"] == found["agreed"] / found["rows"]
    assert found["agreement"] >= 0.995
