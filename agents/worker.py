"""The worker process: everything wired together, started, and stopped for a reason."""

import asyncio
import contextlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import faust
import prometheus_client
from aiokafka.errors import KafkaError

from agents.app import build_app
from agents.positions import add_positions_agent
from agents.rules import rules_of
from agents.shards import Furnish, supply_shards, wall_ms, wide_shards
from agents.voices import quiet_libraries
from agents.wide import add_wide_agent
from streams.assignment import Assignment
from streams.catalogue import CatalogueReader
from streams.faults import EngineFault, Unfoldable, WrongSetting, WrongTopics
from streams.forgiving import forgive_header_names
from streams.memory import spare_the_collector
from streams.metrics import WorkerMetrics
from streams.pacing import Pacer
from streams.settings import Settings, unknown_variables
from streams.stage import POSITIONS_STAGE, WIDE_STAGE, Stage
from streams.topic_check import ensure_topics
from streams.whole_batches import hand_over_whole_batches
from supply.catalogue import Catalogue
from supply.rules import Rules

log = logging.getLogger("abasto.worker")

STOP_SECONDS = 9.0
"""How long a stop may take, the last checkpoint included: orchestrators kill after 10 s."""

STOPPED, FAILED, REFUSED = 0, 1, 2
"""Exit codes: stopped as asked; stopped by a fault, to be restarted; refused to start, to be mended first."""


def run_worker(
    settings: Settings,
    rules: Rules | None = None,
    *,
    create_topics: bool = False,
    furnish: Furnish = supply_shards,
) -> int:
    """Run a worker until SIGTERM, SIGINT or a fault; the process's exit code comes back. Rules that are not given are
    those of the settings."""
    quiet_libraries()
    try:
        chosen = rules_of(settings) if rules is None else rules
        return asyncio.run(_run(settings, chosen, furnish, create_topics=create_topics))
    except KeyboardInterrupt:
        return STOPPED
    except (WrongSetting, WrongTopics) as refused:
        log.critical("not started: %s", refused)
        return REFUSED
    except EngineFault as fault:
        # Only a fault of the program is mended with a stack; the others say what to do.
        log.critical("stopped: %s", fault, exc_info=fault if isinstance(fault, Unfoldable) else None)
        return FAILED
    except Exception:
        log.critical("stopped by a fault of the program", exc_info=True)
        return FAILED


async def _run(settings: Settings, rules: Rules, furnish: Furnish, *, create_topics: bool) -> int:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_leave_out_unread_kafka_errors)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    serving = asyncio.create_task(_serve(settings, rules, furnish, create_topics=create_topics))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not serving.done():
        log.info("stopping")
        _end_at_the_latest("a stop was asked for")
        serving.cancel()
        await asyncio.wait({serving})
        with contextlib.suppress(asyncio.CancelledError):
            serving.result()
    else:
        serving.result()
    return STOPPED


def _end_at_the_latest(why: str) -> None:
    """Give the process its time to end in order; clients that wait for a lost broker have no limit of their own."""

    def end() -> None:
        log.critical("%s. Not all ended in order within %g s; what was not saved is counted again", why, STOP_SECONDS)
        logging.shutdown()
        os._exit(FAILED)

    limit = threading.Timer(STOP_SECONDS, end)
    limit.daemon = True
    limit.start()


async def _serve(settings: Settings, rules: Rules, furnish: Furnish, *, create_topics: bool) -> None:
    await ensure_topics(settings, create=create_topics)
    spare_the_collector()
    hand_over_whole_batches()
    forgive_header_names()
    # When a counter was made is of no use to anybody, and doubles the page.
    prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call] # the one function it has untyped
    metrics = WorkerMetrics()
    catalogue = Catalogue()
    reader = CatalogueReader(catalogue, settings, metrics)
    with _metrics_server(settings, metrics):
        try:
            await reader.read_whole()
            running = []
            if settings.stages != "wide":
                running.append(
                    _stage(POSITIONS_STAGE, add_positions_agent, furnish, settings, rules, catalogue, metrics)
                )
            if settings.stages != "positions":
                running.append(_stage(WIDE_STAGE, add_wide_agent, wide_shards, settings, rules, catalogue, metrics))
            await _work(running, reader)
        finally:
            await reader.close()


class _Running(NamedTuple):
    """A stage at work: its Faust app, its shards, and what keeps them saved."""

    app: faust.App
    assignment: Assignment
    pacer: Pacer


def _stage(
    stage: Stage,
    add_agent: Callable[[faust.App, Assignment], None],
    furnish: Furnish,
    settings: Settings,
    rules: Rules,
    catalogue: Catalogue,
    metrics: WorkerMetrics,
) -> _Running:
    own = stage.settings(settings)
    wall = wall_ms if settings.clock == "wall" else _no_wall
    assignment = Assignment(own, furnish(own, rules, catalogue), metrics, wall_ms=wall, name=stage.name)
    app = build_app(own, assignment, stage)
    add_agent(app, assignment)
    return _Running(app, assignment, Pacer(assignment, own, metrics))


async def _work(running: Sequence[_Running], reader: CatalogueReader) -> None:
    """Run the apps and what looks after their shards; the first of them to end, or to fail, ends the rest."""
    apps = [asyncio.create_task(_run_app(stage.app)) for stage in running]
    others = [asyncio.create_task(step) for step in (*(stage.pacer.run() for stage in running), reader.follow())]
    fault: BaseException | None = None
    try:
        done, _ = await asyncio.wait([*apps, *others], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    except BaseException as ended:
        fault = ended
        if not isinstance(ended, asyncio.CancelledError):
            _end_at_the_latest(f"stopped: {ended}")
        raise
    finally:
        asked_to_stop = isinstance(fault, asyncio.CancelledError)
        for task in others:
            task.cancel()
        await asyncio.wait(others)
        # After a fault nothing is saved: memory may be what is at fault, and the last checkpoint is true.
        await asyncio.gather(*(stage.assignment.release(save=asked_to_stop) for stage in running))
        for task in apps:
            task.cancel()
        await asyncio.wait(apps)
        with contextlib.suppress(asyncio.CancelledError):  # of Faust's own tasks; they must not hide the fault
            await asyncio.gather(*(stage.app.stop() for stage in running))


async def _run_app(app: faust.App) -> None:
    await app.start()
    await app.wait_until_stopped()
    if app.crash_reason is not None:
        raise app.crash_reason


@contextlib.contextmanager
def _metrics_server(settings: Settings, metrics: WorkerMetrics) -> Iterator[None]:
    if not settings.metrics_port:
        yield
        return
    address = (settings.metrics_host, settings.metrics_port)
    try:
        server, thread = prometheus_client.start_http_server(address[1], address[0], metrics.registry)
    except OSError as taken:
        raise WrongSetting(
            f"metrics cannot be served on {address[0]}:{address[1]}: {taken.strerror}; set ABASTO_METRICS_PORT"
        ) from taken
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _no_wall() -> None:
    return None


def _leave_out_unread_kafka_errors(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A fenced aiokafka producer leaves futures of its own unread; the error was told where it was met."""
    if isinstance(context.get("future"), asyncio.Future) and isinstance(context.get("exception"), KafkaError):
        log.debug("%s: %r", context["message"], context["exception"])
    else:
        loop.default_exception_handler(context)


def main() -> int:
    """`python -m agents.worker [--create-topics]`: a worker with settings from the environment."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    for sentence in unknown_variables():
        log.warning(sentence)
    try:
        settings = Settings.from_environment()
    except WrongSetting as wrong:
        log.critical("%s", wrong)
        return REFUSED
    return run_worker(settings, create_topics="--create-topics" in sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
