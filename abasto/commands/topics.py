"""`abasto topics`: the topics of the plan, made with the settings that the engine relies on."""

import typer

from abasto.options import Broker

topics_app = typer.Typer(help="The topics of Abasto in Kafka: make them, check them.", no_args_is_help=True)


@topics_app.command()
def create(broker: Broker = None) -> None:
    """Make the topics that are missing; those that are there are checked and left as they are."""
    created = _ensure(broker, create=True)
    typer.echo(f"Created {len(created)} topics: {', '.join(created)}" if created else "All topics are there")


@topics_app.command()
def check(broker: Broker = None) -> None:
    """Say what is missing or differs from what the engine relies on; nothing is changed."""
    _ensure(broker, create=False)
    typer.echo("All topics are there and as they must be")


def _ensure(broker: str | None, *, create: bool) -> list[str]:
    import asyncio

    from abasto.kafka import settings_for
    from abasto.terminal import Failure
    from streams.faults import EngineFault
    from streams.topic_check import ensure_topics

    try:
        return asyncio.run(ensure_topics(settings_for(broker), create=create))
    except EngineFault as fault:
        raise Failure(str(fault)) from fault
