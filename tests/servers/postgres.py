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
    """A running server; every test takes a database of its own from it."""

    def __init__(self, port: int) -> None:
        self._port = port

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
        port = free_port()
        listening = ["-h", "127.0.0.1", "-p", str(port), "-k", ""]
        program = _spawn([binaries / "postgres", "-D", folder / "data", *listening, "-F"], folder, account)
        reaper.watch_process(program.pid)
        try:
            server = PostgresServer(port)
            _await_answer(server, program, folder)
            yield server
        finally:
            _stop(program)
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


def _await_answer(server: PostgresServer, program: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while not server.answers():
        if program.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"PostgreSQL did not start: {_log(folder)}")
        time.sleep(0.05)


def _stop(program: "subprocess.Popen[bytes]") -> None:
    program.send_signal(signal.SIGINT)  # a fast shutdown: connections are cut, data is written
    try:
        program.wait(_STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        program.kill()
        program.wait()


def _log(folder: Path) -> str:
    return (folder / "log").read_text(errors="replace")[-2000:]
