"""The demonstration: a simulated national network, published once before the first worker starts.

The backlog lies in Kafka when the worker begins, so it is counted in the order of its time, day by day, as it would
have been; published beside a running worker the same events would be months late.
"""

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from abasto.feed.files import EventFiles
from abasto.stack.as_of_now import judged
from abasto.stack.progress_of import backlog_left
from abasto.stack.stack import Stack
from abasto.terminal import progress

SEED = 7
MONTHS = 4
"""The CPM looks at three whole months; the first month of a position is rarely whole."""

LOOK_SECONDS = 0.5
PATIENCE_SECONDS = 300.0

JUDGED_PATIENCE_SECONDS = 90.0
"""The worker goes over to the wall clock half a minute after the last old event; judging all takes seconds."""


def fill(stack: Stack, console: Console) -> None:
    """Simulate and publish, unless that was done in this folder before; what was cut short begins anew.

    Publishing the rest would not do: what comes twice or much later than its neighbours does not count as it should.
    """
    folder = stack.plan.folder / "demo"
    started, done = folder / "publishing", folder / "published"
    if done.exists():
        console.print(f"The demonstration's events of {done.read_text().strip()} are there")
        return
    if started.exists():
        console.print("The last start was cut short while it published: everything begins anew")
        stack.begin_anew()
        started.unlink()
    _simulate(stack, folder, console)
    started.touch()
    with stack.interruptible():
        _publish(folder, stack.broker, console)
    done.write_text(f"{dt.datetime.now(dt.UTC):%Y-%m-%d}\n")
    started.unlink()


def _simulate(stack: Stack, folder: Path, console: Console) -> None:
    from abasto.simulate.days import Days
    from abasto.simulate.simulation import simulate

    until = dt.datetime.now(dt.UTC).date()
    with progress("simulating", Days(until, MONTHS).count) as advance:

        def day_done(days: int) -> None:
            stack.wish_to_end.check()
            advance(days)

        summary = simulate(SEED, MONTHS, until, folder, small=False, advance=day_done)
    console.print(
        f"Simulated {summary['lines']:,} events of {summary['facilities']} facilities and {summary['items']} items"
    )


def _publish(folder: Path, broker: str, console: Console) -> None:
    from abasto.catalogue.load import run_load
    from abasto.feed.publish import known_keys, send
    from abasto.kafka import settings_for

    run_load(folder / "catalogue", broker=broker, replace=False, as_json=False)
    began = time.monotonic()
    settings = settings_for(broker)
    with ExitStack() as files:
        source = EventFiles([str(folder / "events.jsonl")], files)
        keys = asyncio.run(known_keys(settings))
        with progress("publishing", source.size) as advance:
            # The simulation plants bad records; they are sent too, and end among the dead letters.
            sent = asyncio.run(send(source.to_send(keys, "send", advance), settings))
    console.print(f"Published {sum(sent.values()):,} events in {time.monotonic() - began:.0f} s")


def show_alerts(stack: Stack, console: Console) -> None:
    """Wait until all events are counted, judged as of now and shown, then print what a coordinator sees first."""
    from abasto.commands.read import alerts

    began = time.monotonic()
    _wait(stack, "counting", lambda: backlog_left(stack), PATIENCE_SECONDS)
    console.print(f"Counted in {time.monotonic() - began:.0f} s; now all is judged as of today, within half a minute")
    database = stack.plan.database_address
    late = _wait(stack, "judging as of today", lambda: judged(database).before_today, JUDGED_PATIENCE_SECONDS)
    # The alerts of the positions that were just seen may be a moment behind them.
    _wait(stack, "showing", lambda: backlog_left(stack), JUDGED_PATIENCE_SECONDS)
    alerts(limit=15)
    oldest = judged(database).oldest
    if oldest is not None:
        console.print(
            f"As of {oldest.astimezone():%Y-%m-%d %H:%M %Z}, {time.monotonic() - began:.0f} s after all was published"
        )
    if late:
        console.print(f"[yellow]{late} positions with an alert are not judged as of today yet: look again in a minute")
    more = "More: `abasto alerts`, `abasto positions --status critical`, `abasto show FACILITY ITEM`"
    console.print(more, soft_wrap=True)


def _wait(stack: Stack, what: str, left_now: Callable[[], int], patience_seconds: float) -> int:
    """Wait, while the stack is kept running, until nothing is left; what is left when patience ends comes back."""
    began = time.monotonic()
    left = left_now()
    with progress(what, left) as advance:
        while left and time.monotonic() - began < patience_seconds:
            stack.watch()
            time.sleep(LOOK_SECONDS)
            before, left = left, left_now()
            advance(before - left)
    return left
