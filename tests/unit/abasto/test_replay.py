"""Replay without a broker: what comes out is what a worker would have made of the same events."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from abasto.cli import app
from abasto.proof.replay import Replayed, replay_files
from abasto.proof.rules import instant_named
from schemas.catalogue import Facility, Item
from supply.catalogue import Catalogue
from supply.rules import Rules

HOSPITAL, ITEM = "DFIMS000604", "010.000.5432.00"
CATALOGUE = Catalogue(
    [
        Facility(facility=HOSPITAL, name="Oncología", kind="hospital"),
        Item(item=ITEM, name="Filgrastim", oncology=True, ven="V"),
    ]
)


def event(number: int, kind: str, time: str, **fields: Any) -> str:
    whole = {"type": kind, "id": f"e{number}", "source": "urn:test", "time": time, "facility": HOSPITAL, "item": ITEM}
    return json.dumps(whole | fields)


def a_hospital_that_runs_out() -> list[str]:
    """Counted on 1 January, four pieces used a day, nothing left on 30 January."""
    days = [event(day, "stock.dispensed", f"2026-01-{day:02d}T12:00:00-06:00", quantity=4) for day in range(1, 31)]
    return [event(0, "stock.counted", "2026-01-01T08:00:00-06:00", quantity=120), *days]


def replayed(folder: Path, *files: list[str], until: str | None = None) -> tuple[Replayed, Path]:
    paths = []
    for number, lines in enumerate(files):
        path = folder / f"events-{number}.jsonl"
        path.write_text("\n".join(lines) + "\n")
        paths.append(path)
    out = folder / "out"
    until_ms = None if until is None else instant_named(until)
    return replay_files(paths, CATALOGUE, Rules(), until_ms, out, lambda _: None), out


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_files_are_read_together_by_the_time_of_their_events_whichever_is_named_first(tmp_path: Path) -> None:
    """Half a year of one item in two files, counts in one and use in the other; a line that tells no time, and one of
    a clock that runs fifty years ahead."""
    months = [f"2026-{month:02d}" for month in range(1, 7)]
    counts = [event(100 + n, "stock.counted", f"{m}-10T08:00:00-06:00", quantity=90 + n) for n, m in enumerate(months)]
    use = [event(n, "stock.dispensed", f"{m}-20T12:00:00-06:00", quantity=30) for n, m in enumerate(months)]
    (tmp_path / "one").mkdir()
    _, one = replayed(tmp_path / "one", sorted([*counts, *use], key=lambda line: json.loads(line)["time"]))
    bad = ["{", event(99, "stock.counted", "2076-01-01T12:00:00-06:00", quantity=1)]
    for number, files in enumerate(((counts, [*bad, *use]), ([*bad, *use], counts))):
        folder = tmp_path / f"{number}"
        folder.mkdir()
        done, out = replayed(folder, *files)
        assert (done.outcomes, done.refused) == ({"counted": 12}, 2)
        for name in ("positions.jsonl", "alerts.jsonl"):
            assert (out / name).read_bytes() == (one / name).read_bytes()


def test_a_hospital_that_runs_out_is_told_at_the_next_midnight(tmp_path: Path) -> None:
    done, out = replayed(tmp_path, a_hospital_that_runs_out(), until="2026-02-01T12:00:00-06:00")
    assert done.outcomes == {"counted": 31}
    (position,) = lines_of(out / "positions.jsonl")
    assert (position["on_hand"], position["usable"], position["status"]) == (0, 0, "out")
    alerts = [(a["condition"], a["state"], a["at"]) for a in lines_of(out / "alerts.jsonl")]
    assert ("stock_out", "firing", "2026-01-31T06:00:00Z") in alerts


def test_the_same_events_give_the_same_bytes(tmp_path: Path) -> None:
    results = []
    for name in ("first", "second"):
        folder = tmp_path / name
        folder.mkdir()
        _, out = replayed(folder, a_hospital_that_runs_out())
        results.append([(out / file).read_bytes() for file in ("positions.jsonl", "alerts.jsonl")])
    assert results[0] == results[1]


def test_files_by_topic_give_what_one_file_in_order_of_time_gives(tmp_path: Path) -> None:
    whole = a_hospital_that_runs_out()
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    _, one = replayed(tmp_path / "one", whole)
    _, many = replayed(tmp_path / "many", whole[1:], whole[:1])
    for file in ("positions.jsonl", "alerts.jsonl"):
        assert (one / file).read_bytes() == (many / file).read_bytes()


def test_what_happens_after_the_end_has_not_happened(tmp_path: Path) -> None:
    done, out = replayed(tmp_path, a_hospital_that_runs_out(), until="2026-01-11T00:00:00-06:00")
    assert done.after == 20
    assert lines_of(out / "positions.jsonl")[0]["on_hand"] == 80


def test_a_line_that_cannot_count_is_kept_with_its_reason(tmp_path: Path) -> None:
    bad = event(99, "stock.dispensed", "2026-01-02T12:00:00", quantity=4)
    done, out = replayed(tmp_path, [*a_hospital_that_runs_out(), bad])
    assert done.refused == 1
    (refusal,) = lines_of(out / "refused.jsonl")
    assert (refusal["line"], refusal["fault"], refusal["field"]) == (32, "naive_time", "time")
    assert refusal["value"] == bad


def test_a_line_far_too_long_is_refused_with_the_size_it_has(tmp_path: Path) -> None:
    _, out = replayed(tmp_path, ["x" * 5_000_000, *a_hospital_that_runs_out()])
    (refused,) = lines_of(out / "refused.jsonl")
    assert (refused["line"], refused["fault"]) == (1, "oversize")
    assert refused["reason"] == "the line has 5000000 bytes; expected at most 262144"
    assert len(refused["value"]) < 1_000_000


def replay_of(tmp_path: Path, text: str) -> Result:
    """The command, over a file of its own."""
    events = tmp_path / "events.jsonl"
    events.write_text(text)
    items, facilities = tmp_path / "items.csv", tmp_path / "facilities.csv"
    items.write_text(f"item,name\n{ITEM},Filgrastim\n")
    facilities.write_text(f"facility,name,kind\n{HOSPITAL},Oncología,hospital\n")
    arguments = ["replay", str(events), "--catalogue", str(tmp_path), "--out", str(tmp_path / "out")]
    return CliRunner().invoke(app, arguments)


def test_a_column_of_the_catalogue_that_nothing_reads_is_told(tmp_path: Path) -> None:
    """A CPM that was to hold from a day on would hold always."""
    registered = f"facility,item,cpm,from\n{HOSPITAL},{ITEM},90,2026-06-01\n"
    (tmp_path / "official_cpm.csv").write_text(registered)
    told = replay_of(tmp_path, "\n".join(a_hospital_that_runs_out()))
    assert told.exit_code == 0, told.output
    assert "official_cpm.csv: column 'from' is not used" in told.stderr


def test_a_file_in_which_nothing_is_an_event_fails(tmp_path: Path) -> None:
    told = replay_of(tmp_path, "facility,item,quantity\nDFIMS000604,010.000.5432.00,5\n")
    assert told.exit_code == 1
    assert "no line of 2 lines is an event" in told.stderr


def test_a_replay_of_nothing_names_no_end(tmp_path: Path) -> None:
    told = replay_of(tmp_path, "\n")
    assert told.exit_code == 0, told.output
    assert "None" not in told.stderr
    assert f"0 positions and 0 alert transitions in {tmp_path}" in told.stderr


def test_a_repeated_event_counts_once(tmp_path: Path) -> None:
    events = a_hospital_that_runs_out()
    done, out = replayed(tmp_path, [*events, *events[-3:]])
    assert done.outcomes == {"counted": 31, "duplicate": 3}
    assert lines_of(out / "positions.jsonl")[0]["on_hand"] == 0


@pytest.mark.parametrize("text", ["yesterday", "2026-01-01T00:00:00"])
def test_an_end_without_an_instant_is_refused(text: str) -> None:
    with pytest.raises(Exception, match="expected 2026"):
        instant_named(text)
