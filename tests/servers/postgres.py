"""A real PostgreSQL for tests, from the machine's own binaries."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from abasto.local.programs import free_port
from tests.servers.reaper import Reaper

_ADMIN = "abasto"
_START_TIMEOUT_S = 60
_STOP_TIMEOUT_S = 30

# Where Debian keeps what it does not put on the PATH, one folder for each major version.
_DEBIAN = Path("/usr/lib/postgresql")


class PostgresMissingError(Exception):
    """This machine has no PostgreSQL server, or no account that may run it."""


class PostgresServer:
    """A server over a folder; every test takes a database of its own from it."""

    def __init__(self, folder: Path, binaries: Path, account: pwd.struct_passwd | None, reaper: Reaper) -> None:
        self._folder = folder
        self._binaries = binaries
        self._account = account
        self._reaper = reaper
        self._port = free_port()
        self._program: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it takes connections."""
        listening = ["-h", "127.0.0.1", "-p", str(self._port), "-k", ""]
        command: list[str | Path] = [self._binaries / "postgres", "-D", self._folder / "data", *listening, "-F"]
        self._program = program = _spawn(command, self._folder, self._account)
        self._reaper.watch_process(program.pid)
        deadline = time.monotonic() + _START_TIMEOUT_S
        while not self.answers():
            if program.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start: {_log(self._folder)}")
            time.sleep(0.05)

    def stop(self, *, at_once: bool = False) -> None:
        """End it: connections are cut, data is written; `at_once` nothing is, and the next start recovers."""
        program = self._program
        if program is None:
            return
        program.send_signal(signal.SIGQUIT if at_once else signal.SIGINT)
        try:
            program.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
        self._program = None

    @contextmanager
    def database(self) -> Iterator[str]:
        """A fresh, empty database while the block runs, as a SQLAlchemy address."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        with self._connect() as admin:
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"postgresql+psycopg://{_ADMIN}@127.0.0.1:{self._port}/{name}"
        finally:
            with self._connect() as admin:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def answers(self) -> bool:
        """Whether the server takes connections."""
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection:
        return psycopg.connect(host="127.0.0.1", port=self._port, user=_ADMIN, dbname="postgres", autocommit=True)


@contextmanager
def running_postgres(reaper: Reaper) -> Iterator[PostgresServer]:
    """A server on a free port while the block runs, its folder gone afterwards.

    Nothing is synced to disk: tests kill the programs that use the server, not the machine under it. Raises
    PostgresMissingError when the machine has none.
    """
    binaries, account = _binaries(), _account()
    folder = Path(tempfile.mkdtemp(prefix="abasto-postgres-"))  # pytest's own folders are closed to other users
    try:
        if account is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        initdb: list[str | Path] = [
            binaries / "initdb",
            "--pgdata",
            folder / "data",
            "--username",
            _ADMIN,
            "--auth",
            "trust",
        ]
        made = _spawn([*initdb, "--encoding", "UTF8", "--locale", "C", "--no-sync"], folder, account)
        if made.wait() != 0:
            raise RuntimeError(f"initdb failed: {_log(folder)}")
        server = PostgresServer(folder, binaries, account, reaper)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    on_path = shutil.which("initdb")
    found = [Path(on_path).resolve().parent] if on_path else []
    found += sorted(_DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresMissingError("no PostgreSQL server on this machine: install it (Debian: postgresql)")


def _account() -> pwd.struct_passwd | None:
    """Whom to run the server as: PostgreSQL refuses root, everybody else runs it themselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise PostgresMissingError("PostgreSQL does not run as root, and there is no account postgres or nobody")


def _spawn(command: list[str | Path], folder: Path, account: pwd.struct_passwd | None) -> "subprocess.Popen[bytes]":
    """Start a program of the server's in a session of its own, out of reach of Ctrl-C in the terminal."""
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            stdout=log,
            stderr=log,
            cwd=folder,
            start_new_session=True,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )


def _log(folder: Path) -> str:
    return (folder / "log").read_text(errors="replace")[-2000:]
