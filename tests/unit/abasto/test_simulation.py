"""A simulation is the same for the same seed, its events are those of a real network, and its truth is true.

The truth is compared here with a plain reading of the events, written without the rules of `supply`.
"""

import datetime as dt
import json
import os
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abasto.catalogue.files import CatalogueFiles, read_catalogue
from abasto.feed.keys import PositionKeys
from abasto.feed.lines import BadLine, numbered_lines, records
from abasto.proof.replay import Replay
from abasto.simulate.days import Days
from abasto.simulate.draws import Draws
from abasto.simulate.shelf import Shelf
from abasto.simulate.simulation import simulate
from schemas.dead_letters import BadRecord
from schemas.decode import decode_event
from supply.catalogue import Catalogue
from supply.rules import Rules
from tests.thoroughness import cases

UNTIL = dt.date(2026, 5, 31)
MONTHS = 6
NOW = dt.datetime(2026, 5, 31, tzinfo=dt.UTC)
LATENESS = dt.timedelta(days=7)


@dataclass
class Simulated:
    """The files of a simulation, read."""

    folder: Path
    summary: dict[str, Any] = field(default_factory=dict)

    def truth(self, name: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "truth" / f"{name}.jsonl").read_bytes().splitlines()]

    @cached_property
    def lines(self) -> list[bytes]:
        return (self.folder / "events.jsonl").read_bytes().splitlines()

    @cached_property
    def catalogue(self) -> CatalogueFiles:
        return read_catalogue(self.folder / "catalogue")

    @cached_property
    def bad(self) -> dict[int, dict[str, Any]]:
        return {each["line"]: each for each in self.truth("bad_records")}

    @cached_property
    def beyond(self) -> set[tuple[str, str]]:
        return {(each["source"], each["id"]) for each in self.truth("disorder") if each["beyond"]}

    def good(self) -> Iterator[dict[str, Any]]:
        """Every event that counts, once, in the order of its time."""
        facilities = self.catalogue.facilities
        canonical = {code: each.facility for each in facilities for code in (each.facility, *each.aliases)}
        events = {}
        for number, line in enumerate(self.lines, start=1):
            if number not in self.bad:
                event = json.loads(line)
                event["facility"] = canonical[event["facility"].upper()]
                code = event["item"].replace(".", "")
                event["item"] = f"{code[:3]}.{code[3:6]}.{code[6:10]}.{code[10:]}"
                event["at"] = dt.datetime.fromisoformat(event["time"])
                events[event["source"], event["id"]] = event
        yield from sorted(events.values(), key=lambda event: event["at"])


@pytest.fixture(scope="module", params=[1, 2, 3])
def simulated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    folder = tmp_path_factory.mktemp("simulation")
    return Simulated(folder, simulate(request.param, MONTHS, UNTIL, folder, small=True))


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# ---------------------------------------------------------------- the same bytes


def test_the_same_seed_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    for hash_seed in ("0", "1234"):
        subprocess.run(
            [sys.executable, "-m", "abasto", "simulate", "--seed", "7", "--months", "2", "--until", "2026-05-31",
             "--scale", "small", "--out", str(tmp_path / hash_seed)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed}, check=True, capture_output=True,
        )  # fmt: skip
    first, second = files(tmp_path / "0"), files(tmp_path / "1234")
    assert len(first) == 12
    assert first == second


def test_another_seed_gives_another_network(tmp_path: Path) -> None:
    for seed in (1, 2):
        simulate(seed, 1, UNTIL, tmp_path / str(seed), small=True)
    assert files(tmp_path / "1")["catalogue/items.csv"] != files(tmp_path / "2")["catalogue/items.csv"]


# ---------------------------------------------------------------- the events


def test_every_line_is_an_event_but_for_those_of_the_truth(simulated: Simulated) -> None:
    seen_without_catalogue = {"undecodable", "unknown_type", "missing_field", "naive_time"}
    for number, line in enumerate(simulated.lines, start=1):
        planted = simulated.bad.get(number)
        if planted is None or planted["fault"] not in seen_without_catalogue:
            continue
        with pytest.raises(BadRecord) as refused:
            decode_event(line)
        assert (refused.value.fault, refused.value.field) == (planted["fault"], planted["field"])


def test_publish_refuses_what_it_can_see_and_nothing_else(simulated: Simulated) -> None:
    keys = PositionKeys(Catalogue(read_catalogue(simulated.folder / "catalogue").entries))
    with (simulated.folder / "events.jsonl").open("rb") as file:
        found = records(numbered_lines(file), NOW, keys)
        refused = {bad.number: bad.fault for bad in found if isinstance(bad, BadLine)}
    expected = {line: bad["fault"] for line, bad in simulated.bad.items() if bad["refused_by_publish"]}
    assert refused == expected


def test_each_kind_of_bad_input_is_there(simulated: Simulated) -> None:
    faults = Counter(bad["fault"] for bad in simulated.bad.values())
    assert set(faults) == {
        "undecodable", "oversize", "unknown_type", "wrong_key", "missing_field", "invalid_field", "naive_time",
        "future_time", "unknown_facility", "unknown_item",
    }  # fmt: skip


def test_for_a_while_every_second_line_is_bad(simulated: Simulated) -> None:
    bad = simulated.bad
    run = longest = 0
    for number in range(2, len(simulated.lines) + 1):
        run = run + 1 if (number in bad) != (number - 1 in bad) else 0
        longest = max(longest, run)
    assert longest >= 20


def test_duplicates_are_exactly_those_of_the_truth(simulated: Simulated) -> None:
    seen: dict[tuple[str, str], int] = {}
    found = []
    for number, line in enumerate(simulated.lines, start=1):
        if number in simulated.bad:
            continue
        event = json.loads(line)
        identity = event["source"], event["id"]
        if identity in seen:
            found.append({"line": number, "first_line": seen[identity], "source": identity[0], "id": identity[1]})
            assert line == simulated.lines[seen[identity] - 1]
        seen.setdefault(identity, number)
    assert found == simulated.truth("duplicates")
    assert found


def test_events_come_late_within_the_window_but_for_those_marked(simulated: Simulated) -> None:
    newest = dt.datetime.min.replace(tzinfo=dt.UTC)
    out_of_order = 0
    for number, line in enumerate(simulated.lines, start=1):
        if number in simulated.bad:
            continue
        event = json.loads(line)
        at = dt.datetime.fromisoformat(event["time"])
        late = newest - at
        out_of_order += late > dt.timedelta(hours=12)
        assert (late > LATENESS) <= ((event["source"], event["id"]) in simulated.beyond)
        newest = max(newest, at)
    assert out_of_order > 20
    assert newest < NOW


def test_some_events_come_too_late_to_move_stock(tmp_path: Path) -> None:
    assert any(
        each["beyond"] for seed in (1, 2, 3) for each in Simulated(_made(tmp_path / str(seed), seed)).truth("disorder")
    )


def _made(folder: Path, seed: int) -> Path:
    simulate(seed, MONTHS, UNTIL, folder, small=True)
    return folder


def test_one_hospital_falls_silent(simulated: Simulated) -> None:
    (silence,) = [each for each in simulated.truth("scenarios") if each["kind"] == "silent_facility"]
    last = Counter[str]()
    for event in simulated.good():
        if event["facility"] == silence["facility"]:
            last[event["time"][:10]] += 1
    assert max(last) < silence["since"]
    silent = {each["facility"] for each in simulated.truth("positions") if not each["reported"]}
    assert silent == {silence["facility"]}


def test_what_a_warehouse_issues_arrives(simulated: Simulated) -> None:
    issued: Counter[tuple[str, str]] = Counter()
    received: Counter[tuple[str, str]] = Counter()
    recent: Counter[tuple[str, str]] = Counter()
    suppliers = {each.facility: each.supplier for each in simulated.catalogue.facilities}
    reported = {each["facility"] for each in simulated.truth("positions") if each["reported"]}
    for event in simulated.good():
        if event["type"] == "stock.issued":
            issued[event["destination"], event["item"]] += event["quantity"]
            if event["at"] > NOW - dt.timedelta(days=40):
                recent[event["destination"], event["item"]] += event["quantity"]
        elif event["type"] == "arrival.received" and suppliers[event["facility"]]:
            received[event["facility"], event["item"]] += event["quantity"]
    for key, pieces in received.items():
        if key[0] in reported:
            assert issued[key] - recent[key] <= pieces <= issued[key]


def test_patients_come_on_working_days_all_the_time(simulated: Simulated) -> None:
    dispensed = [event["at"] for event in simulated.good() if event["type"] == "stock.dispensed"]
    assert {at.weekday() for at in dispensed} == {0, 1, 2, 3, 4}
    by_month = Counter(f"{at:%Y-%m}" for at in dispensed if at.month not in {5, 11})
    assert min(by_month.values()) > 0.5 * max(by_month.values())


# ---------------------------------------------------------------- the truth


def book_of(events: list[dict[str, Any]], beyond: set[tuple[str, str]]) -> int | None:
    """The latest count and the movements after it."""
    book: int | None = None
    for event in events:
        if event["type"] == "stock.counted":
            quarantined = sum(lot["quantity"] for lot in event.get("lots", ()) if lot.get("state") == "quarantined")
            book = event["quantity"] - quarantined
        elif book is not None and (event["source"], event["id"]) not in beyond:
            signs = {"arrival.received": 1, "stock.returned": 1, "stock.dispensed": -1, "stock.issued": -1}
            book += signs.get(event["type"], 0) * (event.get("quantity") or 0) + event.get("delta", 0)
    return book


def test_the_book_is_the_latest_count_and_what_moved_after_it(simulated: Simulated) -> None:
    of_position: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for event in simulated.good():
        of_position[event["facility"], event["item"]].append(event)
    for each in simulated.truth("positions"):
        assert book_of(of_position[each["facility"], each["item"]], simulated.beyond) == each["book"], each


def test_most_books_say_what_lies_on_the_shelf(simulated: Simulated) -> None:
    positions = [each for each in simulated.truth("positions") if each["reported"]]
    right = sum(each["book"] == each["on_hand"] for each in positions)
    assert right > 0.85 * len(positions)
    assert all(each["on_hand"] >= 0 for each in positions)


def test_the_count_after_an_adjustment_finds_what_was_told(tmp_path: Path) -> None:
    agreed = []
    for seed in (1, 2, 3):
        simulated = Simulated(tmp_path / str(seed))
        simulate(seed, 12, UNTIL, simulated.folder, small=True)
        of_position: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for event in simulated.good():
            told = of_position[event["facility"], event["item"]]
            told.append(event)
            if event["type"] == "stock.counted" and any(each["type"] == "stock.adjusted" for each in told):
                agreed.append(book_of(told, simulated.beyond) == book_of(told[:-1], simulated.beyond))
            if event["type"] == "stock.counted":
                of_position[event["facility"], event["item"]] = [event]
    assert len(agreed) > 20
    assert sum(agreed) > 0.85 * len(agreed)


def test_months_of_the_truth_are_the_sums_of_the_events(simulated: Simulated) -> None:
    fields = {
        "stock.dispensed": "dispensed",
        "stock.issued": "issued",
        "stock.returned": "returned",
        "demand.unmet": "unmet",
    }
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for event in simulated.good():
        if event["type"] in fields:
            sums[event["facility"], event["item"], event["time"][:7], fields[event["type"]]] += event["quantity"]
    for each in simulated.truth("monthly"):
        for name in fields.values():
            if each["reported"]:
                assert sums.pop((each["facility"], each["item"], each["month"], name), 0) == each[name]
    silent = {each["facility"] for each in simulated.truth("positions") if not each["reported"]}
    assert {key[0] for key in sums} <= silent


def test_a_stock_out_is_true_while_it_lasts(simulated: Simulated) -> None:
    out = {(each["facility"], each["item"]) for each in simulated.truth("stockouts") if each["to"] is None}
    empty = {(each["facility"], each["item"]) for each in simulated.truth("positions") if each["on_hand"] == 0}
    assert out <= empty
    for each in simulated.truth("stockouts"):
        if each["to"] is not None:
            lasted = dt.datetime.fromisoformat(each["to"]) - dt.datetime.fromisoformat(each["from"])
            assert lasted > dt.timedelta()
            assert each["days"] <= lasted.days


def short_of(simulated: Simulated) -> list[tuple[int, int]]:
    """For each arranged shortage: clients out or about to be, and warehouses that could lend a month."""
    positions = simulated.truth("positions")
    suppliers = {each.facility: each.supplier for each in simulated.catalogue.facilities}
    found = []
    for shortage in simulated.truth("scenarios"):
        if shortage["kind"] == "shortage":
            of_item = [each for each in positions if each["item"] == shortage["item"]]
            days = {each["facility"]: each["on_hand"] / each["pieces_a_day"] for each in of_item}
            clients = [code for code in days if suppliers[code] == shortage["facility"]]
            lenders = [code for code in days if suppliers[code] is None and days[code] > 60]
            found.append((sum(days[code] < 15 for code in clients), len(lenders)))
    return found


def test_at_the_end_hospitals_lack_what_another_warehouse_holds(simulated: Simulated) -> None:
    ((short, lenders),) = short_of(simulated)
    assert short >= 1
    assert lenders >= 1


def test_a_national_network_ends_with_several_true_shortages(tmp_path: Path) -> None:
    summary = simulate(1, 4, UNTIL, tmp_path)
    assert summary["facilities"] == 38
    assert summary["items"] == 297
    shortages = short_of(Simulated(tmp_path))
    assert len(shortages) == 8
    assert sum(short for short, _ in shortages) >= 8
    assert all(lenders >= 3 for _, lenders in shortages)


@settings(cases(5), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_the_rules_find_the_truth(tmp_path: Path, seed: int) -> None:
    """The ledger of `supply` over the events, told only what the events say, holds the book of the truth."""
    simulated = Simulated(tmp_path / str(seed))
    simulate(seed, 3, UNTIL, simulated.folder, small=True)
    replay = Replay(Catalogue(simulated.catalogue.entries), Rules(), round(NOW.timestamp() * 1000))
    with (simulated.folder / "events.jsonl").open("rb") as file:
        replay.read("events", numbered_lines(file))
    replay.finish()
    assert {refusal.line: refusal.fault for refusal in replay.refusals} == {
        line: bad["fault"] for line, bad in simulated.bad.items()
    }
    found = {(each["facility"], each["item"]): each for each in map(json.loads, replay.positions)}
    for truth in simulated.truth("positions"):
        if truth["sure"]:
            assert found[truth["facility"], truth["item"]]["on_hand"] == truth["book"], truth
    months = {(key, month["month"]): month for key, each in found.items() for month in each["months"]}
    for truth in simulated.truth("monthly"):
        if truth["reported"]:
            month = months[(truth["facility"], truth["item"]), truth["month"]]
            for name in ("dispensed", "issued", "returned", "unmet"):
                assert month[name] == truth[name], truth


# ---------------------------------------------------------------- parts


def test_months_end_where_the_calendar_says() -> None:
    assert Days(dt.date(2026, 3, 31), 1).start == dt.date(2026, 2, 28)
    days = Days(UNTIL, 24)
    assert (days.start, days.count) == (dt.date(2024, 5, 31), 730)
    assert days.zone("America/Hermosillo").suffixes[0] == "-07:00"
    assert days.closed[days.texts.index("2025-12-25")]


def test_a_shelf_gives_the_first_to_expire_and_remembers_days_without_stock() -> None:
    shelf = Shelf()
    shelf.put([(90, "B", 2), (30, "A", 3)], 0, 0)
    assert shelf.take(4, 1, 100) == [(30, "A", 3), (90, "B", 1)]
    assert shelf.take(1, 1, 200) == [(90, "B", 1)]
    for day in (1, 2, 3):
        shelf.end_day(day)
    shelf.put([(99, "C", 1)], 4, 50)
    assert shelf.stock_outs == [(1, 200, 4, 50, 2)]
    assert shelf.month.days_out == 2


@given(st.integers(), st.floats(0.01, 10), st.integers(1, 20), st.integers(0, 20))
def test_draws_stay_in_their_ranges(seed: int, rate: float, high: int, count: int) -> None:
    draws = Draws(seed)
    assert draws.wait(rate) >= 0
    assert 0 <= draws.whole(0, high) <= high
    some = draws.some(range(high), [1.0] * high, count)
    assert some == sorted(set(some))
    assert len(some) == min(high, count)
