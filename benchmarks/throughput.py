"""Draining a backlog: Abasto beside what else there is, on the same events in one run.

    make bench ARGS="[--events 2000000] [--positions 15000 300000] [--rounds 3] [--programs abasto loop ...]"

Each round has a fresh broker on this machine, into which the backlog is published; then every program, one process
each and in an order that moves on by one with every round, drains it by the same clock (`benchmarks/drain.py`).
Abasto does the whole job, its rules compiled as in its image (`--plain` takes them as they are developed). The others
do the simplest version of it: the sum of the pieces of each key, from the same three topics (`benchmarks/field.py`).
The ratio of Abasto to the hand-written loop is held against `benchmarks/reference.toml`: a fall by more than 15 % fails
the run.
"""

import argparse
import asyncio
import datetime as dt
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from abasto.local.broker import LocalKafka
from benchmarks.drain import Drained, Failed, Program, drain
from benchmarks.field import ABASTO, FIELD, LIMIT, ROOT
from benchmarks.machine import machine, platforms
from benchmarks.peers.installing import NotInstalled
from benchmarks.reference import Load, Reference, verdicts
from benchmarks.report import PAGE, put_into, section
from benchmarks.summary import Rounds, Row, plain, table
from benchmarks.workload import events, write_network
from streams.settings import Settings
from streams.topic_check import ensure_topics
from tests.servers.reaper import Reaper

PARTITIONS = 8


class Run(NamedTuple):
    """What was asked for, and what came of it."""

    chosen: argparse.Namespace
    folder: Path
    reaper: Reaper
    commands: dict[str, list[str]]
    """Of the programs that are installed."""
    missing: dict[str, str]
    """Why a program has no figures, or not all of them."""
    rounds: dict[int, Rounds]
    """By the number of positions."""

    def load(self, positions: int) -> Load:
        """What the ratio over so many positions holds for."""
        return Load(self.chosen.events, positions, not self.chosen.plain)


def main() -> None:
    """Run the rounds, print a table for each number of positions, and hold the ratio against the reference."""
    chosen = _arguments()
    # Asked to end, it ends its programs and the broker on the way out, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder, Reaper() as reaper:
        run = Run(chosen, Path(folder), reaper, {}, {}, {positions: Rounds() for positions in chosen.positions})
        _install(run)
        for positions in chosen.positions:
            _write_backlog(run, positions)
        for number in range(1, chosen.rounds + 1):
            for positions in chosen.positions:
                _one_round(run, number, positions)
    _show(run)
    if _fails(run):
        raise SystemExit(1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--positions", type=int, nargs="+", default=[15_000, 300_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--programs", nargs="+", choices=FIELD, default=list(FIELD), metavar="PROGRAM", help=_names())
    parser.add_argument("--slow-events", type=int, default=40_000, help="the part of the backlog that Faust is given")
    parser.add_argument("--plain", action="store_true", help="the rules in plain Python")
    parser.add_argument("--record", action="store_true", help="make this run's ratio the reference")
    parser.add_argument("--write", action="store_true", help="write the tables into docs/benchmarks.md")
    return parser.parse_args()


def _names() -> str:
    return f"which to run: {', '.join(FIELD)}; all by default"


def _install(run: Run) -> None:
    for key in run.chosen.programs:
        try:
            run.commands[key] = FIELD[key].ready()
        except NotInstalled as reason:
            run.missing[key] = "cannot be installed on this machine"
            print(f"{FIELD[key].name} cannot be installed on this machine: {reason}", flush=True)


def _write_backlog(run: Run, positions: int) -> None:
    write_network(run.folder / f"catalogue-{positions}", positions)
    with (run.folder / f"events-{positions}.jsonl").open("wb") as file:
        file.writelines(line + b"\n" for line in events(run.chosen.events, positions))


def _one_round(run: Run, number: int, positions: int) -> None:
    with tempfile.TemporaryDirectory(dir=run.folder) as scratch:
        folder = Path(scratch)
        run.reaper.watch_kafka(folder / "data")
        with LocalKafka(folder / "data", 0) as kafka:
            environment = os.environ | {
                "ABASTO_BROKERS": kafka.bootstrap,
                "ABASTO_PARTITIONS": str(PARTITIONS),
                "ABASTO_METRICS_PORT": "0",
                "ABASTO_CLOCK": "events",
            }
            asyncio.run(ensure_topics(Settings.from_environment(environment), create=True))
            _publish(run, positions, environment)
            keys = list(run.commands)
            turn = number % len(keys)
            for key in keys[turn:] + keys[:turn]:
                _take_turn(run, number, positions, key, folder / key, environment)


def _publish(run: Run, positions: int, environment: dict[str, str]) -> None:
    catalogue, backlog = run.folder / f"catalogue-{positions}", run.folder / f"events-{positions}.jsonl"
    for arguments in (["catalogue", "load", str(catalogue)], ["publish", str(backlog)]):
        subprocess.run(
            [sys.executable, "-m", "abasto", *arguments], cwd=ROOT, env=environment, check=True, capture_output=True
        )


def _take_turn(run: Run, number: int, positions: int, key: str, folder: Path, environment: dict[str, str]) -> None:
    try:
        drained = _drain(run, key, folder, environment)
    except Failed as failure:
        run.missing[key] = "not every round came to its end"
        print(f"round {number}, {positions:,} positions, {FIELD[key].name}: {failure}", flush=True)
        return
    run.rounds[positions].add(key, number, drained)
    print(
        f"round {number}, {positions:,} positions, {FIELD[key].name}: {drained.rate:,.0f} events/s, "
        f"{drained.cpu_us:.1f} us of CPU an event ({drained.events:,} events in {drained.seconds:.1f} s)",
        flush=True,
    )


def _drain(run: Run, key: str, folder: Path, environment: dict[str, str]) -> Drained:
    entrant, brokers = FIELD[key], environment["ABASTO_BROKERS"]
    folder.mkdir()
    count = min(run.chosen.slow_events, run.chosen.events) if entrant.slow else run.chosen.events
    ours = key == ABASTO
    program = Program(
        command=run.commands[key] + ([] if ours else [brokers, str(folder), str(count)]),
        folder=ROOT / "build" / "compiled" if ours and not run.chosen.plain else ROOT,
        environment=environment,
        group=entrant.group,
        commits=entrant.commits,
        log=folder / "log",
    )
    return drain(program, brokers, PARTITIONS, count, run.reaper)


def _show(run: Run) -> None:
    rows = []
    for key in run.chosen.programs:
        entrant = FIELD[key]
        remark = "; ".join(filter(None, (entrant.keeps, run.missing.get(key))))
        rows.append(Row(key, f"{entrant.name} {entrant.release()}", remark))
    tables = {
        f"{positions:,} positions, {run.chosen.events:,} events": table(rows, rounds, LIMIT)
        for positions, rounds in run.rounds.items()
    }
    for title, cells in tables.items():
        print(f"\n{title}, median of {run.chosen.rounds} rounds:\n", *plain(cells), sep="\n", flush=True)
    if run.chosen.write:
        given = shlex.join(each for each in sys.argv[1:] if each not in {"--write", "--record"})
        command = f'make bench ARGS="{given}"' if given else "make bench"
        circumstances = [
            f"`{command}`, {run.chosen.rounds} rounds, {_today()}; each program in one process, the broker beside it",
            f"{machine()}; {platforms()}",
        ]
        PAGE.write_text(put_into(PAGE.read_text(), section(circumstances, tables)))


def _fails(run: Run) -> bool:
    """Whether Abasto has become slower, told in a sentence for each number of positions."""
    measured = {}
    for positions, rounds in run.rounds.items():
        ratio = rounds.ratio(ABASTO, LIMIT)
        if ratio is not None:
            measured[run.load(positions)] = ratio.median
    if {ABASTO, LIMIT} <= set(run.chosen.programs) and len(measured) < len(run.rounds):
        print("\nAbasto and the hand-written loop did not both come to their end: nothing can be compared.", flush=True)
        return True
    if run.chosen.record and measured:
        versions = f"Abasto {FIELD[ABASTO].release()}, confluent-kafka {FIELD[LIMIT].release()}, {platforms()}"
        Reference(_today(), machine(), versions, measured).write()
        print(f"\nRecorded as the reference: {', '.join(f'{ratio:.3f}' for ratio in measured.values())}.", flush=True)
        return False
    told = verdicts(measured, Reference.read())
    print("", *(verdict.sentence for verdict in told), sep="\n", flush=True)
    return any(verdict.fails for verdict in told)


def _today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()


if __name__ == "__main__":
    main()
