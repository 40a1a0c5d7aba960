"""The Faust app: settings chosen for the engine, and the signals that hand shards over."""

from functools import partial
from typing import Any

import faust
from faust.app.base import BootStrategy

from streams.assignment import Assignment
from streams.assignor import InputAssignor
from streams.consumer import ChunkConsumer, ChunkTransport
from streams.faults import Superseded
from streams.settings import Settings
from streams.stage import Stage

CHUNKS_WAITING = 16
"""Chunks that wait for the agent: enough that reading and counting overlap, at most 16 MB."""

SEEK_SECONDS = 30.0
"""How long Faust waits for the consumer to seek."""

NEVER_SECONDS = 3600.0
"""Faust's own commits do nothing here; it need not try often."""


class NoFaustProducer(BootStrategy):
    """Everything of Faust but its producer: only the shards' own, transactional ones may write."""

    enable_kafka_producer = False


class AbastoApp(faust.App):
    """A Faust app without anything on disk: its state lives in the changelog, not in tables."""

    BootStrategy = NoFaustProducer

    async def on_first_start(self) -> None:
        """Create none of Faust's directories."""


def build_app(settings: Settings, assignment: Assignment, stage: Stage) -> faust.App:
    """The app of one stage of a worker, wired to its shards; the settings are the stage's. Agents are added to it by
    `agents.positions` and `agents.wide`."""
    app = AbastoApp(
        settings.group,
        broker=[f"kafka://{broker.strip()}" for broker in settings.brokers.split(",")],
        store="memory://",
        autodiscover=False,
        # `faust worker` would serve its own pages, on every address.
        web_enabled=False,
        # Topics are created and checked before the app starts (streams/topic_check.py).
        topic_disable_leader=True,
        topic_allow_declare=False,
        stream_buffer_maxsize=CHUNKS_WAITING,
        # A chunk is counted in one go; waiting for acknowledgements that nobody gives would hold every rebalance up.
        stream_wait_empty=False,
        PartitionAssignor=partial(InputAssignor, inputs=dict.fromkeys(stage.inputs, settings.partitions)),
        # A fault of an agent ends the worker. Restarted in place it would go on with half a chunk.
        agent_supervisor="mode.CrashingSupervisor",
        broker_request_timeout=SEEK_SECONDS,
        broker_session_timeout=min(settings.session_seconds, SEEK_SECONDS),
        broker_commit_interval=NEVER_SECONDS,
    )
    app.transport = ChunkTransport(app.conf.broker_consumer, app, assignment=assignment, settings=settings)

    @app.on_partitions_revoked.connect
    async def revoked(*_: Any, **__: Any) -> None:
        await assignment.revoke()

    # Faust awaits this before it seeks and before anything is fetched.
    @app.on_rebalance_complete.connect
    async def assigned(*_: Any, **__: Any) -> None:
        consumer = app.consumer
        if isinstance(consumer, ChunkConsumer):
            assignment.ends = consumer.end
        try:
            assigned = consumer.assignment()
            await assignment.assign((tp.topic, tp.partition) for tp in assigned if tp.topic in stage.inputs)
        except Superseded:
            app.log.info("assignment called off by a newer rebalance")

    return app


def input_chunks(app: faust.App, stage: Stage) -> Any:
    """The channel of chunks of all input topics of a stage."""
    return app.topic(*stage.inputs, value_type=None, value_serializer="raw", key_type=None, acks=False)
