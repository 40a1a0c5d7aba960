"""`abasto up`: everything on this machine, in one terminal."""

from pathlib import Path
from typing import Annotated

import typer

from abasto.local.broker import DEFAULT_PORT


def up(
    folder: Annotated[Path, typer.Option("--folder", help="Where all data are kept.")] = Path("var"),
    broker: Annotated[
        str | None,
        typer.Option("--broker", metavar="HOST:PORT", help="An existing Kafka, instead of a local one."),
    ] = None,
    kafka_port: Annotated[
        int,
        typer.Option("--kafka-port", "--port", min=0, max=65_535, help="Port of the local Kafka; 0 takes a free one."),
    ] = DEFAULT_PORT,
    database: Annotated[
        str | None,
        typer.Option("--database", metavar="URL", help="An existing PostgreSQL, instead of SQLite in the folder."),
    ] = None,
    workers: Annotated[int, typer.Option("--workers", min=1, max=64, help="Worker processes.")] = 1,
    metrics: Annotated[bool, typer.Option("--metrics/--no-metrics", help="Serve Prometheus metrics.")] = True,
    demo: Annotated[
        bool, typer.Option("--demo", help="Fill it with a simulated national network, the first time.")
    ] = False,
) -> None:
    """Start Kafka, worker and projector, and keep them running until Ctrl-C. A second start resumes."""
    from rich.console import Console

    from abasto.local.errors import LocalKafkaError
    from abasto.stack.demo import fill, show_alerts
    from abasto.stack.stack import Plan, Stack
    from abasto.terminal import Failure

    console = Console(stderr=True)
    plan = Plan(
        folder=folder,
        broker=broker,
        kafka_port=kafka_port,
        database=database,
        workers=workers,
        metrics=metrics,
    )
    try:
        with Stack(plan, console) as stack:
            if demo:
                fill(stack, console)
            stack.start()
            if demo:
                show_alerts(stack, console)
            console.print("Everything runs. Ctrl-C ends it.")
            stack.stay()
    except LocalKafkaError as error:
        raise Failure(str(error)) from error
    except KeyboardInterrupt:
        console.print("Ended.")
