"""Draining a backlog: Abasto's worker beside an idiomatic Faust agent with a Table, on the same topic in one run.

    make bench ARGS="[--events 1000000] [--positions 15000] [--rounds 3] [--plain]"

Abasto's rules are compiled, as in its image; `--plain` takes them as they are developed. Each round starts a fresh
worker on a fresh consumer group and topics, with state, changelog, positions, alerts and dead letters out in
transactions, and takes the time from the assignment of the partitions to the commit of the last offset. Then the peer
counts a part of the same consumption topic. The broker runs on the same machine.
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

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.structs import TopicPartition

from abasto.local.broker import LocalKafka
from benchmarks.workload import events, write_network
from schemas.channels import INPUTS
from streams.settings import Settings
from streams.topic_check import ensure_topics

ROOT = Path(__file__).parents[1]
PARTITIONS = 8
LIMIT_SECONDS = 600
POLL_SECONDS = 0.1


def main() -> None:
    """Run the rounds and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--positions", type=int, default=15_000)
    parser.add_argument("--peer-events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--plain", action="store_true", help="the rules in plain Python")
    chosen = parser.parse_args()
    ours: list[float] = []
    peers: list[float] = []
    for number in range(1, chosen.rounds + 1):
        with tempfile.TemporaryDirectory(prefix="abasto-bench-") as folder:
            ours_rate, cpu_us, peer_rate = one_round(Path(folder), chosen)
        ours.append(ours_rate)
        peers.append(peer_rate)
        print(
            f"round {number}: Abasto {ours_rate:,.0f} events/s ({cpu_us:.1f} us of CPU an event), "
            f"Faust with a Table {peer_rate:,.0f} events/s, ratio {ours_rate / peer_rate:.1f}",
            flush=True,
        )
    ratios = [a / b for a, b in zip(ours, peers, strict=True)]
    print(
        f"median: Abasto {statistics.median(ours):,.0f}/s, Faust {statistics.median(peers):,.0f}/s, "
        f"ratio {statistics.median(ratios):.1f}"
    )


def one_round(folder: Path, chosen: argparse.Namespace) -> tuple[float, float, float]:
    """Events a second and CPU microseconds an event of our worker, and events a second of the peer."""
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
        rate, cpu = _drain(settings, environment, folder / "worker.log", chosen.events, rooms)
        peer = _peer(kafka.bootstrap, environment, chosen.peer_events)
    return rate, cpu * 1e6 / chosen.events, peer


def _fill(folder: Path, chosen: argparse.Namespace, environment: dict[str, str]) -> None:
    write_network(folder / "catalogue", chosen.positions)
    backlog = folder / "events.jsonl"
    with backlog.open("wb") as file:
        file.writelines(line + b"\n" for line in events(chosen.events, chosen.positions))
    for arguments in (["catalogue", "load", str(folder / "catalogue")], ["publish", str(backlog)]):
        subprocess.run([sys.executable, "-m", "abasto", *arguments], env=environment, check=True, capture_output=True)
    backlog.unlink()


def _drain(
    settings: Settings, environment: dict[str, str], log: Path, expected: int, rooms: Path
) -> tuple[float, float]:
    with log.open("wb") as output:
        worker = subprocess.Popen(
            [sys.executable, "-m", "agents.worker"],
            cwd=rooms,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            return asyncio.run(_watch(settings, worker, log, expected))
        finally:
            worker.terminate()
            worker.wait()


async def _watch(
    settings: Settings, worker: "subprocess.Popen[bytes]", log: Path, expected: int
) -> tuple[float, float]:
    deadline = time.monotonic() + LIMIT_SECONDS
    await asyncio.to_thread(_await_assignment, worker, log, deadline)
    began, process = time.monotonic(), psutil.Process(worker.pid)
    before = sum(process.cpu_times()[:2])
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.brokers)
    await admin.start()
    try:
        while await _counted(admin, settings) < expected:
            _require(worker, log, deadline)
            await asyncio.sleep(POLL_SECONDS)
        took = time.monotonic() - began
        return expected / took, sum(process.cpu_times()[:2]) - before
    finally:
        await admin.close()


def _await_assignment(worker: "subprocess.Popen[bytes]", log: Path, deadline: float) -> None:
    while b"recovered" not in log.read_bytes():
        _require(worker, log, deadline)
        time.sleep(0.01)


async def _counted(admin: AIOKafkaAdminClient, settings: Settings) -> int:
    inputs = [TopicPartition(topic, number) for topic in INPUTS for number in range(PARTITIONS)]
    offsets = await admin.list_consumer_group_offsets(settings.group, partitions=inputs)
    return sum(max(0, found.offset) for found in offsets.values())


def _require(worker: "subprocess.Popen[bytes]", log: Path, deadline: float) -> None:
    if worker.poll() is not None or time.monotonic() > deadline:
        raise SystemExit(f"the worker ended or is too slow:\n{log.read_text()[-2000:]}")


def _peer(broker: str, environment: dict[str, str], count: int) -> float:
    finished = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "peers" / "faust_table.py"), broker, str(count)],
        env=environment,
        check=True,
        capture_output=True,
        timeout=LIMIT_SECONDS,
    )
    result = next(line for line in finished.stdout.splitlines() if line.startswith(b"counted "))
    _, counted, seconds = result.split()
    return int(counted) / float(seconds)


if __name__ == "__main__":
    main()
