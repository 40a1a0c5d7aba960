"""One program draining a backlog, and the clock that is the same for all of them.

The clock starts when the broker has given the program's consumer group its partitions (for one without a group: when
it says that it `reads`). It stops when the group's committed offsets have come so far (for one that does not commit:
when it says that it has `counted`). What a program does in between, such as recovering an empty state, opening its
stores or warming up, is its own time; starting its interpreter and importing its libraries is not. Both are looked at
from outside, every 20 ms.
"""

import asyncio
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError
from aiokafka.structs import TopicPartition

from schemas.channels import INPUTS
from tests.servers.reaper import Reaper

LIMIT_SECONDS = 900
POLL_SECONDS = 0.02

NO_GROUPS_YET = (GroupCoordinatorNotAvailableError, GroupLoadInProgressError, NotCoordinatorForGroupError)
"""What a fresh broker says until its first group has come."""


class Failed(Exception):
    """The program ended by itself or did not come to its end; the text tells its last words."""


class Drained(NamedTuple):
    """What a program had counted some seconds after it had its partitions, and the CPU seconds that took."""

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


class Program(NamedTuple):
    """A program to watch; see `benchmarks.field.Entrant` for its group and whether it commits."""

    command: list[str]
    folder: Path
    """Where it starts, and what decides which of our sources it finds."""
    environment: dict[str, str]
    group: str | None
    commits: bool
    log: Path

    @property
    def says(self) -> list[bytes]:
        """The lines it has written."""
        return self.log.read_bytes().splitlines()


def drain(program: Program, brokers: str, partitions: int, events: int, reaper: Reaper) -> Drained:
    """Let a program count until it is at least so far, then end it. Raises Failed."""
    with program.log.open("wb") as output:
        process = subprocess.Popen(
            program.command, cwd=program.folder, env=program.environment, stdout=output, stderr=subprocess.STDOUT
        )
        reaper.watch_process(process.pid)
        try:
            return asyncio.run(_watch(process, program, brokers, partitions, events))
        finally:
            process.kill()
            process.wait()


async def _watch(
    process: "subprocess.Popen[bytes]", program: Program, brokers: str, partitions: int, events: int
) -> Drained:
    deadline = time.monotonic() + LIMIT_SECONDS
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    await admin.start()
    try:
        while not await _reads(admin, program):
            await _wait(process, program, deadline)
        began, before = time.monotonic(), _cpu_seconds(process)
        while (counted := await _counted(admin, program, partitions, events)) < events:
            await _wait(process, program, deadline)
        return Drained(counted, time.monotonic() - began, _cpu_seconds(process) - before)
    finally:
        await admin.close()


async def _reads(admin: AIOKafkaAdminClient, program: Program) -> bool:
    if program.group is None:
        return b"reads" in program.says
    return await members(admin, program.group) > 0


async def members(admin: AIOKafkaAdminClient, group: str) -> int:
    """How many members of a consumer group have been given their partitions; 0 while these are being given."""
    try:
        [answer] = await admin.describe_consumer_groups([group])
    except NO_GROUPS_YET:
        return 0
    return sum(len(found["members"]) for found in answer.to_object()["groups"] if found["state"] == "Stable")


async def _counted(admin: AIOKafkaAdminClient, program: Program, partitions: int, events: int) -> int:
    if program.group is None or not program.commits:
        return events if b"counted" in program.says else 0
    return await committed(admin, program.group, partitions)


async def committed(admin: AIOKafkaAdminClient, group: str, partitions: int) -> int:
    """The records of the inputs before the offsets that a consumer group has committed."""
    inputs = [TopicPartition(topic, number) for topic in INPUTS for number in range(partitions)]
    offsets = await admin.list_consumer_group_offsets(group, partitions=inputs)
    return sum(max(0, found.offset) for found in offsets.values())


async def _wait(process: "subprocess.Popen[bytes]", program: Program, deadline: float) -> None:
    if process.poll() is not None:
        raise Failed(f"it ended by itself ({process.returncode}):\n{program.log.read_text()[-2000:]}")
    if time.monotonic() > deadline:
        raise Failed(f"it did not come to its end within {LIMIT_SECONDS} s:\n{program.log.read_text()[-2000:]}")
    await asyncio.sleep(POLL_SECONDS)


def _cpu_seconds(process: "subprocess.Popen[bytes]") -> float:
    whole = psutil.Process(process.pid)
    return float(sum(sum(each.cpu_times()[:2]) for each in [whole, *whole.children(recursive=True)]))
