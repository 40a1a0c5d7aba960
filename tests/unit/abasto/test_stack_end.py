"""A wish to end the stack is never lost, wherever the program is when it comes."""

import subprocess
import sys
import textwrap

BEGIN = """
import signal, sys, time, weakref
from pathlib import Path
from rich.console import Console
from abasto.stack import wish_to_end
from abasto.stack.stack import Plan, Stack

class Prepared(Stack):
    def _prepare(self):
        pass

    def _end(self):
        super()._end()
        wish_to_end.UNWINDING_SECONDS = 0
        signal.raise_signal(signal.SIGINT)  # pressed once more, while the end is under way
        print("ended in order")

class Mortal:
    pass

def drop(number):
    '''Send a signal from inside a weak reference's callback, where Python drops what its handler raises.'''
    mortal = Mortal()
    reference = weakref.ref(mortal, lambda _: signal.raise_signal(number))
    del mortal

def work(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass

plan = Plan(folder=Path("var"), broker="127.0.0.1:1", kafka_port=0, database=None, workers=1, metrics=False)
try:
    with Prepared(plan, Console(quiet=True)) as stack:
"""

END = """
        print("went on")
except KeyboardInterrupt:
    print("interrupted")
"""


def told(*body: str) -> list[str]:
    """What a stack tells that does this and is not interrupted."""
    program = BEGIN + textwrap.indent("\n".join(body), " " * 8) + END
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    assert done.returncode == 0
    return done.stdout.splitlines()


IN_ORDER = ["ended in order", "interrupted"]


def test_ctrl_c_that_a_weak_reference_drops_still_ends_what_runs_long() -> None:
    assert told("drop(signal.SIGINT)", "work(20)") == IN_ORDER


def test_sigterm_and_a_closed_terminal_are_not_dropped_either() -> None:
    assert told("drop(signal.SIGTERM)", "work(20)") == IN_ORDER
    assert told("drop(signal.SIGHUP)", "work(20)") == IN_ORDER


def test_ctrl_c_dropped_beside_a_coroutine_ends_the_coroutine() -> None:
    body = (
        "import asyncio",
        "async def publish():",
        "    await asyncio.sleep(10)",
        "with stack.interruptible():",
        "    drop(signal.SIGINT)",
        "    asyncio.run(publish())",
        "    print('published')",
    )
    assert told(*body) == IN_ORDER


SWALLOWED = ("try:", "    signal.raise_signal(signal.SIGINT)", "except BaseException:", "    pass")


def test_the_stack_looks_at_a_wish_that_was_swallowed() -> None:
    assert told(*SWALLOWED, "stack.watch()") == IN_ORDER


def test_a_second_signal_counts_where_the_first_was_swallowed() -> None:
    again = ("time.sleep(wish_to_end.UNWINDING_SECONDS)", "signal.raise_signal(signal.SIGTERM)")
    assert told(*SWALLOWED, *again) == IN_ORDER


def test_a_second_signal_does_not_break_into_what_the_first_one_set_going() -> None:
    body = (
        "try:",
        "    signal.raise_signal(signal.SIGINT)",
        "finally:",
        "    signal.raise_signal(signal.SIGTERM)",
        "    print('tidied up')",
    )
    assert told(*body) == ["tidied up", *IN_ORDER]


def test_other_faults_of_finalisers_are_still_told() -> None:
    program = "from abasto.stack.wish_to_end import WishToEnd; import weakref\nWishToEnd().listen()\n"
    program += "class Mortal: pass\nmortal = Mortal()\nref = weakref.ref(mortal, lambda _: 1 / 0)\ndel mortal\n"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert "ZeroDivisionError" in done.stderr
