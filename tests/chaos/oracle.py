"""What must hold after whatever happened: topics and read model say what a replay of the same events says, once."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from abasto.proof.replay import Replay
from schemas.alerts import Alert
from schemas.channels import ALERTS, DEAD_LETTERS, POSITIONS
from schemas.dead_letters import DeadLetter
from store.tables import AlertRow, AlertTransitionRow, DeadLetterRow, PositionRow
from streams.settings import Settings
from tests.integration.engine.topics import read_topic

SHOWN: Final = 3
"""Examples told of each kind of difference."""


class Expected(NamedTuple):
    """What a replay made of the events, in the form it is compared in."""

    positions: frozenset[str]
    transitions: Counter[tuple[object, ...]]
    refused: Counter[str]

    @classmethod
    def of(cls, replay: Replay) -> "Expected":
        return cls(
            frozenset(map(_identity, replay.positions)),
            Counter(map(_transition, replay.alerts)),
            Counter(refusal.value for refusal in replay.refusals),
        )


def is_shown(expected: Expected, database: str) -> bool:
    """Whether the read model has come to the end: after that nothing of it may differ."""
    return not any(_read_model(expected, database))


def differences(expected: Expected, settings: Settings, database: str) -> list[str]:
    """All that is lost, doubled, missed or repeated, in the topics and in the read model; hopefully nothing."""
    return [*_topics(expected, settings), *_read_model(expected, database)]


def _topics(expected: Expected, settings: Settings) -> Iterator[str]:
    history: dict[bytes, list[bytes]] = defaultdict(list)
    for _, key, value in asyncio.run(read_topic(settings, POSITIONS)):
        history[key].append(value)
    for key, values in history.items():
        versions = [msgspec.json.decode(value)["version"] for value in values]
        if versions != list(range(1, len(versions) + 1)):
            yield f"topic: versions of {key.decode()} are {versions}"
    newest = {_identity(values[-1]) for values in history.values()}
    yield from _unequal("topic: position", Counter(expected.positions), Counter(newest))

    alerts = [value for _, _, value in asyncio.run(read_topic(settings, ALERTS))]
    yield from _unequal("topic: transition", expected.transitions, Counter(map(_transition, alerts)))

    letters = [
        msgspec.json.decode(value, type=DeadLetter) for _, _, value in asyncio.run(read_topic(settings, DEAD_LETTERS))
    ]
    told = Counter((letter.value or b"").decode(errors="replace") for letter in letters)
    yield from _unequal("topic: dead letter of", expected.refused, told)
    yield from _repeated("topic: number of a letter", (letter.number for letter in letters))
    yield from _repeated("topic: letter of", ((each.topic, each.partition, each.offset) for each in letters))


def _read_model(expected: Expected, database: str) -> Iterator[str]:
    engine = sa.create_engine(database)
    try:
        with engine.connect() as connection:

            def transitions(column: InstrumentedAttribute[str]) -> Counter[tuple[object, ...]]:
                return Counter(_transition(document.encode()) for document in connection.scalars(sa.select(column)))

            positions = Counter(
                _identity(each.encode()) for each in connection.scalars(sa.select(PositionRow.document))
            )
            yield from _unequal("read model: position", Counter(expected.positions), positions)
            told = transitions(AlertTransitionRow.document)
            yield from _unequal("read model: transition", expected.transitions, told)
            alerts = transitions(AlertRow.document)
            yield from _unequal("read model: alert", Counter(_newest(expected.transitions)), alerts)
            count = connection.scalar(sa.select(sa.func.count()).select_from(DeadLetterRow))
            if count != expected.refused.total():
                yield f"read model: {count} dead letters of {expected.refused.total()}"
    finally:
        engine.dispose()


def _unequal(what: str, expected: Counter[Any], found: Counter[Any]) -> Iterator[str]:
    for verb, counter in (("missing", expected - found), ("too many", found - expected)):
        if counter:
            examples = "".join(f"\n    {str(each)[:600]}" for each in list(counter)[:SHOWN])
            yield f"{what}: {counter.total()} {verb}{examples}"


def _repeated(what: str, names: Iterator[object]) -> Iterator[str]:
    twice = [name for name, count in Counter(names).items() if count > 1]
    if twice:
        yield f"{what}: {len(twice)} more than once, such as {twice[:SHOWN]}"


def _newest(transitions: Counter[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    """The last transition of each alert."""
    newest: dict[object, tuple[Any, ...]] = {}
    for transition in transitions:
        alert, sequence, *_ = transition
        if alert not in newest or newest[alert][1] < sequence:
            newest[alert] = transition
    return iter(newest.values())


def _identity(document: bytes) -> str:
    """A position but for its version, which counts how often it was published."""
    position: dict[str, Any] = msgspec.json.decode(document)
    del position["version"]
    return msgspec.json.encode(position, order="deterministic").decode()


def _transition(value: bytes) -> tuple[object, ...]:
    alert = msgspec.json.decode(value, type=Alert)
    return alert.alert, alert.sequence, alert.state, alert.severity, alert.since, alert.at, alert.reason
