"""Ctrl-C while the local stack has coroutines under way."""

import asyncio
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

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
    plan = Plan(folder=tmp_path, broker="127.0.0.1:1", kafka_port=0, database=None, workers=1, metrics=False)
    sender_was_cancelled: list[bool] = []

    async def publish() -> None:
        sender = asyncio.create_task(asyncio.sleep(20))
        asyncio.get_running_loop().call_later(0.01, signal.raise_signal, signal.SIGINT)
        try:
            await asyncio.sleep(20)
        finally:
            sender_was_cancelled.append(sender.cancelling() > 0)

    with pytest.raises(KeyboardInterrupt), Stack(plan, Console(quiet=True)).interruptible():
        asyncio.run(publish())
    assert sender_was_cancelled == [False]
