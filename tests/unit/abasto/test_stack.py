"""Ctrl-C while the local stack has coroutines under way."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from abasto.stack import progress_of
from abasto.stack.stack import Plan, Stack


@pytest.fixture
def breaking_in() -> Iterator[None]:
    """A handler of Ctrl-C that raises wherever the program is, as the stack's own does."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGINT, interrupted)
    yield
    assert signal.signal(signal.SIGINT, before) is interrupted


@pytest.mark.usefixtures("breaking_in")
def test_what_is_being_published_ends_before_the_tasks_it_needs(tmp_path: Path) -> None:
    sender_was_cancelled: list[bool] = []
    with pytest.raises(KeyboardInterrupt), stack_in(tmp_path).interruptible():
        asyncio.run(work_beside_a_task(sender_was_cancelled))
    assert sender_was_cancelled == [False]


@pytest.mark.usefixtures("breaking_in")
def test_a_look_at_the_backlog_ends_before_the_tasks_it_needs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetcher_was_cancelled: list[bool] = []

    async def look(*_: object) -> int:
        await work_beside_a_task(fetcher_was_cancelled)
        return 0

    monkeypatch.setattr(progress_of, "_left", look)
    with pytest.raises(KeyboardInterrupt):
        progress_of.backlog_left(stack_in(tmp_path))
    assert fetcher_was_cancelled == [False]


def stack_in(folder: Path) -> Stack:
    plan = Plan(folder=folder, broker="127.0.0.1:1", kafka_port=0, database=None, workers=1, metrics=False)
    return Stack(plan, Console(quiet=True))


async def work_beside_a_task(task_was_cancelled: list[bool]) -> None:
    """Ctrl-C is pressed while it works; notes whether the task it needs was cancelled before it ended itself."""
    task = asyncio.create_task(asyncio.sleep(20))
    asyncio.get_running_loop().call_later(0.01, signal.raise_signal, signal.SIGINT)
    try:
        await asyncio.sleep(20)
    finally:
        task_was_cancelled.append(task.cancelling() > 0)
