"""Programs that run on this machine: recognise ours, end it, name a stranger."""

import contextlib
import random
import signal
import socket
import time

import psutil  # type: ignore[import-untyped]  # psutil has no annotations, and no stubs among our dependencies

_POLL_INTERVAL_S = 0.02
_LASTING_PORTS = range(10_240, 32_768)
"""Above the ports of most well-known services, and below those lent to outgoing connections: Linux lends from 32,768
on, others from 49,152."""
_BEING_STARTED_S = 1  # seen: under 1 ms; a stranger without a command line (the kernel's own) costs this once


class Program:
    """A running program, recognised by its process id *and* a mark on its command line.

    A process id alone is given to somebody else sooner or later, and after a restart of the machine soon; the
    mark is random and made anew for each start. (A start time instead would move with the machine's clock.)
    """

    def __init__(self, process: psutil.Process) -> None:
        self._process = process

    @staticmethod
    def find(pid: int, mark: str) -> "Program | None":
        """The program with this id and mark; None when it has ended, or the id is a stranger's by now."""
        try:
            program = Program(psutil.Process(pid))
            if program.has_ended() or not any(mark in part for part in _command_line(program._process)):
                return None
        except psutil.Error:
            return None
        return program

    def has_ended(self) -> bool:
        """Whether nothing of the program runs any more: its files and ports are free.

        A program whose parent has not yet taken note of its end (a zombie) has ended too, once its last thread
        has: inside a container there may be nobody who ever takes note. Of our own children we do so here.
        """
        try:
            if self._process.status() != psutil.STATUS_ZOMBIE:
                return not self._process.is_running()
            with contextlib.suppress(psutil.TimeoutExpired):  # it is somebody else's child
                self._process.wait(0)
                return True
            return bool(self._process.num_threads() <= 1)
        except psutil.NoSuchProcess:
            return True

    def ask_to_end(self, timeout_s: float) -> bool:
        """Send SIGTERM and wait; whether the program has ended in time."""
        return self._end(signal.SIGTERM, timeout_s)

    def kill(self, timeout_s: float) -> bool:
        """Send SIGKILL and wait until nothing of the program runs; whether that was so in time."""
        return self._end(signal.SIGKILL, timeout_s)

    def resident_bytes(self) -> int:
        """Memory that the program occupies; 0 when it has just ended."""
        try:
            return int(self._process.memory_info().rss)
        except psutil.Error:
            return 0

    def _end(self, how: signal.Signals, timeout_s: float) -> bool:
        deadline = time.monotonic() + timeout_s
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process.send_signal(how)
        while not self.has_ended():
            if time.monotonic() > deadline:
                return False
            time.sleep(_POLL_INTERVAL_S)
        return True


def _command_line(process: psutil.Process) -> list[str]:
    """The words a program was started with. They are empty for an instant while it is being started."""
    deadline = time.monotonic() + _BEING_STARTED_S
    while not (words := process.cmdline()) and time.monotonic() < deadline:
        time.sleep(0.001)
    return list(words)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody uses just now.

    Not one of those that systems lend to outgoing connections: a server that is started again on its port might find
    it lent, even to a client that looks for that very server.
    """
    while not port_is_free(port := random.choice(_LASTING_PORTS)):
        pass
    return port


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this port of 127.0.0.1.

    Connections that are only just closing do not count, as they do not for the broker.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def port_is_open(port: int) -> bool:
    """Whether somebody accepts connections on this port of 127.0.0.1."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def listener_on(port: int) -> str | None:
    """Who listens on a port, as `name (process 123)`; None when this user may not know."""
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f"{psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return None
    return None
