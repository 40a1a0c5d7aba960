"""The wish to end the stack: Ctrl-C, SIGTERM and SIGHUP, none of which may get lost.

A handler of signals raises wherever the program is. Where that is a finaliser or a weak reference's callback, Python
tells `sys.unraisablehook` of the exception and drops it: it is raised again a moment later. What else may swallow it
is answered by `check`, which the loops of the stack call, and by the next signal.
"""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

AGAIN_SECONDS = 0.02
"""How soon a dropped exception is raised again: the callback that was in its way is over by then."""

UNWINDING_SECONDS = 1.0
"""A second signal within this time means the same wish, and would break into what the first one set going."""


class WishToEnd:
    """Whether somebody wants the stack to end; raises `KeyboardInterrupt` until `begin` says that it does."""

    def __init__(self) -> None:
        self._wished = self._begun = self._by_python = False
        self._raised_at = float("-inf")

    def listen(self) -> None:
        """Take over the signals, for the rest of the program."""
        for number in (*SIGNALS, signal.SIGALRM):
            signal.signal(number, self._told)
        report = sys.unraisablehook

        def dropped(what: "sys.UnraisableHookArgs") -> None:
            if issubclass(what.exc_type, KeyboardInterrupt):
                self._wished = True
                signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)
            else:
                report(what)

        sys.unraisablehook = dropped

    def begin(self) -> None:
        """The end in order has begun: no further signal cuts it short."""
        self._begun = True

    def check(self) -> None:
        """Raise `KeyboardInterrupt` if the end is wanted and has not begun."""
        if self._wished and not self._begun:
            self._raise()

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Inside it, coroutines that Ctrl-C interrupts end in order, as Python does it: our handler would break into
        their loop wherever it is, and leave tasks behind that nobody waits for."""
        handler = signal.signal(signal.SIGINT, signal.default_int_handler)
        self._by_python = True
        try:
            yield
        except KeyboardInterrupt:
            self._wished, self._raised_at = True, time.monotonic()
            raise
        finally:
            self._by_python = False
            signal.signal(signal.SIGINT, handler)
        self.check()

    def _told(self, number: int, _frame: FrameType | None) -> None:
        if self._begun:
            return
        self._wished = True
        if self._by_python:
            signal.raise_signal(signal.SIGINT)
        elif number == signal.SIGALRM or time.monotonic() - self._raised_at >= UNWINDING_SECONDS:
            self._raise()

    def _raise(self) -> None:
        self._raised_at = time.monotonic()
        raise KeyboardInterrupt
