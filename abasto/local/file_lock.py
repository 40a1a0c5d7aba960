"""A lock between programs that ends with the program that holds it, however that one ends."""

import fcntl
import os
from pathlib import Path


class FileLock:
    """An exclusive lock on a small file, which carries the holder's process id for the message to others.

    The kernel gives it back when the holder dies, `kill -9` included, so a lock is never left behind. Programs
    that the holder starts do not inherit it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def take(self, *, wait: bool) -> bool:
        """Take the lock; with `wait` blocks until it is free, else answers at once whether it was."""
        if self.held:
            return True
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        except BaseException:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        self._descriptor = descriptor
        return True

    def give_back(self) -> None:
        """Free the lock; harmless when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def holder(self) -> int | None:
        """The process id that the holder, or the last holder, wrote."""
        try:
            return int(self._path.read_text())
        except (OSError, ValueError):
            return None
