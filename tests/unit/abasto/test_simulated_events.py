"""The events of a simulation are those of a real network: late, doubled, and some of them bad, as its truth says."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path

from abasto.catalogue.files import read_catalogue
from abasto.feed.keys import PositionKeys
from abasto.feed.lines import BadLine, numbered_lines, records
from abasto.simulate.simulation import simulate
from schemas.dead_letters import BadRecord
from schemas.decode import decode_event
from supply.catalogue import Catalogue
from tests.unit.abasto.simulated import MONTHS, NOW, UNTIL, Simulated

LATENESS = dt.timedelta(days=7)


def test_every_line_is_an_event_but_for_those_of_the_truth(simulated: Simulated) -> None:
    planted = {line: (bad["fault"], bad["field"]) for line, bad in simulated.bad.items()}
    refused = {}
    for number, line in enumerate(simulated.lines, start=1):
        try:
            decode_event(line)
        except BadRecord as bad:
            refused[number] = bad.fault, bad.field
    assert refused.items() <= planted.items()
    seen_without_catalogue = {"undecodable", "unknown_type", "missing_field", "naive_time"}
    assert {number for number, (fault, _) in planted.items() if fault in seen_without_catalogue} <= refused.keys()
    assert {fault for fault, _ in refused.values()} >= seen_without_catalogue


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
    told = {key for key in issued.keys() | received.keys() if key[0] in reported}
    assert len(told) > 20
    for key in told:
        assert issued[key] - recent[key] <= received[key] <= issued[key], key


def test_patients_come_on_working_days_all_the_time(simulated: Simulated) -> None:
    dispensed = [event["at"] for event in simulated.good() if event["type"] == "stock.dispensed"]
    assert {at.weekday() for at in dispensed} == {0, 1, 2, 3, 4}
    by_month = Counter(f"{at:%Y-%m}" for at in dispensed if at.month not in {5, 11})
    assert min(by_month.values()) > 0.5 * max(by_month.values())
