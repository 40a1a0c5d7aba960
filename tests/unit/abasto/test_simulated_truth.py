"""The truth of a simulation is true.

It is compared with a plain reading of the events, written without the rules of `supply`; then with the rules too.
"""

import datetime as dt
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from abasto.feed.lines import numbered_lines
from abasto.proof.replay import Replay
from abasto.simulate.simulation import simulate
from supply.catalogue import Catalogue
from supply.rules import Rules
from tests.thoroughness import cases
from tests.unit.abasto.simulated import NOW, UNTIL, Simulated


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
    assert out
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
