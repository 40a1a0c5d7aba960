"""Draining a backlog: Abasto's worker beside an idiomatic Faust agent with a Table, on the same topic in one run.

    make bench ARGS="[--events 1000000] [--positions 15000] [--rounds 3] [--plain]"

Abasto's rules are compiled, as in its image; `--plain` takes them as they are developed. Each round starts a fresh
worker on a fresh consumer group and topics, with state, changelog, positions, alerts and dead letters out in
transactions, and takes the time from the assignment of the partitions to the commit of the last offset. Then the peer
counts the same consumption topic until it has committed a part of it, by the same clock. The broker runs on the same
machine.
"""

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition

from abasto.local.broker import LocalKafka
from benchmarks.workload import events, write_network
from schemas.channels import INPUTS
from streams.settings import Settings
from streams.topic_check import ensure_topics

ROOT = Path(__file__).parents[1]
PEER = Path(__file__).parent / "peers" / "faust_table.py"
PARTITIONS = 8
LIMIT_SECONDS = 600
POLL_SECONDS = 0.05


class Program(NamedTuple):
    """A consumer to watch: what starts it, the group it commits as, and what it logs once it has its partitions."""

    command: list[str]
    group: str
    assigned: bytes


class Drained(NamedTuple):
    """What a program had committed some seconds after its assignment, and the CPU seconds that took."""

    events: int
    seconds: float
    cpu_seconds: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def cpu_us(self) -> float:
        """Microseconds of CPU an event."""
        return self.cpu_seconds * 1e6 / self.events


def main() -> None:
    """Run the rounds and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--positions", type=int, default=15_000)
    parser.add_argument("--peer-events", type=int, default=40_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain", action="store_true", help="the rules in plain Python")
    chosen = parser.parse_args()
    ours: list[float] = []
    peers: list[float] = []
    for number in range(1, chosen.rounds + 1):
        with tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder:
            abasto, faust = one_round(Path(folder), chosen)
        ours.append(abasto.rate)
        peers.append(faust.rate)
        print(
            f"round {number}: Abasto {ours[-1]:,.0f} events/s ({abasto.cpu_us:.1f} us of CPU an event), "
            f"Faust with a Table {peers[-1]:,.0f} events/s, ratio {ours[-1] / peers[-1]:.1f}",
            flush=True,
        )
    ratios = [a / b for a, b in zip(ours, peers, strict=True)]
    print(
        f"median: Abasto {statistics.median(ours):,.0f}/s, Faust {statistics.median(peers):,.0f}/s, "
        f"ratio {statistics.median(ratios):.1f}"
    )


def one_round(folder: Path, chosen: argparse.Namespace) -> tuple[Drained, Drained]:
    """What our worker did, and what the peer did."""
    with LocalKafka(folder / "data", 0) as kafka:
        environment = os.environ | {
            "ABASTO_BROKERS": kafka.bootstrap,
            "ABASTO_PARTITIONS": str(PARTITIONS),
            "ABASTO_METRICS_PORT": "0",
            "ABASTO_CLOCK": "events",
        }
        settings = Settings.from_environment(environment)
        asyncio.run(ensure_topics(settings, create=True))
        _fill(folder, chosen, environment)
        rooms = ROOT if chosen.plain else ROOT / "build" / "compiled"
        abasto = Program([sys.executable, "-m", "agents.worker"], settings.group, b"recovered")
        faust = Program([sys.executable, str(PEER), settings.brokers, str(folder / "peer")], "peer", b"assigned")
        return (
            _drain(abasto, settings, chosen.events, folder / "worker.log", environment, rooms),
            _drain(faust, settings, chosen.peer_events, folder / "peer.log", environment, ROOT),
        )


def _fill(folder: Path, chosen: argparse.Namespace, environment: dict[str, str]) -> None:
    write_network(folder / "catalogue", chosen.positions)
    backlog = folder / "events.jsonl"
    with backlog.open("wb") as file:
        file.writelines(line + b"\n" for line in events(chosen.events, chosen.positions))
    for arguments in (["catalogue", "load", str(folder / "catalogue")], ["publish", str(backlog)]):
        subprocess.run([sys.executable, "-m", "abasto", *arguments], env=environment, check=True, capture_output=True)
    backlog.unlink()


def _drain(
    program: Program, settings: Settings, least: int, log: Path, environment: dict[str, str], rooms: Path
) -> Drained:
    """Let a program count until it has committed at least so many events."""
    with log.open("wb") as output:
        process = subprocess.Popen(program.command, cwd=rooms, env=environment, stdout=output, stderr=subprocess.STDOUT)
        try:
            return asyncio.run(_watch(process, program, settings, least, log))
        finally:
            process.kill()
            process.wait()


async def _watch(
    process: "subprocess.Popen[bytes]", program: Program, settings: Settings, least: int, log: Path
) -> Drained:
    deadline = time.monotonic() + LIMIT_SECONDS
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.brokers)
    await admin.start()
    try:
        await asyncio.to_thread(_await_assignment, process, program, log, deadline)
        began, before = time.monotonic(), _cpu_seconds(process)
        while (committed := await _committed(admin, program.group)) < least:
            _require(process, log, deadline)
            await asyncio.sleep(POLL_SECONDS)
        return Drained(committed, time.monotonic() - began, _cpu_seconds(process) - before)
    finally:
        await admin.close()


def _await_assignment(process: "subprocess.Popen[bytes]", program: Program, log: Path, deadline: float) -> None:
    while program.assigned not in log.read_bytes():
        _require(process, log, deadline)
        time.sleep(0.01)


def _cpu_seconds(process: "subprocess.Popen[bytes]") -> float:
    return float(sum(psutil.Process(process.pid).cpu_times()[:2]))


async def _committed(admin: AIOKafkaAdminClient, group: str) -> int:
    inputs = [TopicPartition(topic, number) for topic in INPUTS for number in range(PARTITIONS)]
    offsets = await admin.list_consumer_group_offsets(group, partitions=inputs)
    return sum(max(0, found.offset) for found in offsets.values())


def _require(process: "subprocess.Popen[bytes]", log: Path, deadline: float) -> None:
    if process.poll() is not None or time.monotonic() > deadline:
        raise SystemExit(f"the program ended or is too slow:\n{log.read_text()[-2000:]}")


if __name__ == "__main__":
    main()
