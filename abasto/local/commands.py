"""`abasto kafka start|stop|status`: the local Kafka by itself, for those who bring the rest."""

import signal
import time
from pathlib import Path
from typing import Annotated, NoReturn

import msgspec
import typer
from rich.console import Console

from abasto.local.broker import DEFAULT_PORT, LocalKafka
from abasto.local.errors import LocalKafkaError
from abasto.local.kafka_lock import kafka_lock
from abasto.options import Json
from abasto.terminal import print_json

NOT_RUNNING_EXIT = 3  # what `status` of service managers gives for a service that is stopped

_WATCH_INTERVAL_S = 0.5
_STOP_SEEN_S = 5.0

kafka_app = typer.Typer(help="A local Apache Kafka, for this machine only.", no_args_is_help=True)

Folder = Annotated[Path, typer.Option(help="Data folder of the local stack; Kafka keeps to kafka/ in it.")]


class KafkaStatus(msgspec.Struct, frozen=True):
    """What `abasto kafka status --json` prints. What is not known while no broker runs is null."""

    running: bool
    answers: bool
    bootstrap: str | None
    pid: int | None
    resident_bytes: int | None
    cluster_id: str | None
    version: str
    folder: str


@kafka_app.command()
def start(
    folder: Folder = Path("var"),
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port on 127.0.0.1; 0 takes a free one.")] = DEFAULT_PORT,
    foreground: Annotated[
        bool, typer.Option("--foreground/--detach", help="Stay until Ctrl-C, or leave Kafka running.")
    ] = False,
) -> None:
    """Start Kafka, or find the one that already runs in the folder. The first time it is downloaded."""
    console = Console(stderr=True)
    kafka = LocalKafka(folder, port, console=console)
    for each in (signal.SIGTERM, signal.SIGHUP):  # end like Ctrl-C: the terminal closed, the system going down
        if signal.getsignal(each) is not signal.SIG_IGN:  # as nohup has it
            signal.signal(each, signal.default_int_handler)
    try:
        kafka.start(detach=not foreground)
        typer.echo(f"Kafka {kafka_lock().version} answers on {kafka.bootstrap}")
        if foreground:
            _watch(kafka)
    except LocalKafkaError as error:
        _refuse(console, error)
    except KeyboardInterrupt:
        if not foreground:
            raise
        typer.echo("Stopping Kafka.")
    finally:
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # it is being done; impatience changes nothing
            signal.signal(each, signal.SIG_IGN)
        if foreground:
            kafka.stop()


@kafka_app.command()
def stop(folder: Folder = Path("var")) -> None:
    """Stop the Kafka of the folder, whoever started it."""
    kafka = LocalKafka(folder)
    was_running = kafka.is_running
    kafka.stop(whoever_owns_it=True)
    typer.echo("Kafka has stopped." if was_running else "Kafka was not running.")


@kafka_app.command()
def status(
    folder: Folder = Path("var"),
    as_json: Json = False,
) -> None:
    """Tell whether the Kafka of the folder runs and answers. Exit code 3 when it does not run."""
    kafka = LocalKafka(folder)
    record, program = kafka.record, kafka.program
    running = record is not None and program is not None
    found = KafkaStatus(
        running=running,
        answers=running and kafka.answers,
        bootstrap=kafka.bootstrap if running else None,
        pid=record.pid if record and running else None,
        resident_bytes=program.resident_bytes() if program else None,
        cluster_id=record.cluster_id if record else None,
        version=kafka_lock().version,
        folder=str(kafka.folder),
    )
    if as_json:
        print_json(found)
    elif not running:
        typer.echo(f"Kafka is not running in {found.folder}")
    else:
        answer = "answers" if found.answers else "does not answer"
        memory_mib = (found.resident_bytes or 0) // 2**20
        typer.echo(
            f"Kafka {found.version} {answer} on {found.bootstrap} "
            f"(process {found.pid}, {memory_mib} MiB, data in {found.folder})"
        )
    raise typer.Exit(0 if running else NOT_RUNNING_EXIT)


def _watch(kafka: LocalKafka) -> None:
    """Wait until the broker ends; an error unless somebody stopped it from elsewhere."""
    while kafka.is_running:
        time.sleep(_WATCH_INTERVAL_S)
    # `stop` removes the record, but only once it has seen the broker end, which may be later than it is seen here.
    deadline = time.monotonic() + _STOP_SEEN_S
    while kafka.record is not None:
        if time.monotonic() > deadline:
            raise kafka.why_it_ended()
        time.sleep(_WATCH_INTERVAL_S)


def _refuse(console: Console, error: LocalKafkaError) -> NoReturn:
    console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
    raise typer.Exit(1)
