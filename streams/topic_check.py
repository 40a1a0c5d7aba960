"""Creates the topics of the plan when asked, and refuses to start on topics that would give wrong answers."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from itertools import groupby
from typing import TypeVar

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from streams.clients import admin
from streams.faults import BrokerUnreachable, WrongTopics
from streams.settings import Settings
from streams.topics import Difference, FoundTopic, TopicPlan, differences, topic_plan

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

VISIBLE_WITHIN_SECONDS = 15.0
"""A topic just created is unknown to some brokers for a moment; one that stays unknown so long is a fault."""


async def ensure_topics(settings: Settings, *, create: bool) -> list[str]:
    """Check all topics against the plan and create the missing ones if asked; the names created come back.

    Raises `WrongTopics` when one is missing or differs in what the engine relies on, `BrokerUnreachable` when no
    broker answers. Clients would wait for a missing topic for ever, so this is asked before anything else.

    A topic that keeps its records for a shorter time than planned is logged as a warning: an operator may have chosen
    it, and answers stay right, for a worker stops when a record was deleted before it was counted.
    """
    return await _asking(settings, lambda client: _ensure(client, settings, create=create))


async def compare_topics(settings: Settings) -> tuple[list[str], list[Difference]]:
    """The missing topics, and how the others differ from the plan. Raises `BrokerUnreachable`."""
    return await _asking(settings, lambda client: _compare(client, topic_plan(settings)))


async def _asking(settings: Settings, ask: Callable[[AIOKafkaAdminClient], Awaitable[Answer]]) -> Answer:
    client = admin(settings)
    try:
        await client.start()
        return await ask(client)
    except KafkaError as unanswered:
        raise BrokerUnreachable(f"no answer from Kafka at {settings.brokers}: {unanswered}") from unanswered
    finally:
        await client.close()


async def _compare(client: AIOKafkaAdminClient, plan: tuple[TopicPlan, ...]) -> tuple[list[str], list[Difference]]:
    found = await _describe(client, plan)
    return [topic.name for topic in plan if topic.name not in found], differences(plan, found)


async def _ensure(client: AIOKafkaAdminClient, settings: Settings, *, create: bool) -> list[str]:
    plan = topic_plan(settings)
    names, different = await _compare(client, plan)
    wrong = [str(each) for each in different if each.wrong_answers]
    if wrong:
        raise WrongTopics(
            "; ".join(wrong)
            + ". Positions would be wrong on them. `abasto topics check` says how to mend each: another "
            "ABASTO_PARTITIONS where all topics have it, their configuration (kafka-configs), or new topics"
        )
    _warn(different)
    if not names:
        return []
    if not create:
        raise WrongTopics(
            f"missing topics: {', '.join(names)}. Create them with `abasto topics create` "
            "(`abasto worker --create-topics` and `abasto up` do it too)"
        )
    await _create(client, [topic for topic in plan if topic.name in names], settings)
    log.info("created topics %s", ", ".join(names))
    return names


def _warn(different: list[Difference]) -> None:
    """One warning for each topic that deletes sooner than planned."""
    for topic, settings in groupby(different, key=lambda each: each.topic):
        said = ", ".join(f"{each.setting}={each.found} (planned: {each.planned})" for each in settings)
        log.warning(
            "%s has %s: its records are deleted sooner than planned. `abasto topics check` says how to mend it",
            topic,
            said,
        )


async def _describe(client: AIOKafkaAdminClient, plan: tuple[TopicPlan, ...]) -> dict[str, FoundTopic]:
    # All topics are asked for: to be asked for a missing one by name makes some brokers create it.
    described = {topic["topic"]: len(topic["partitions"]) for topic in await client.describe_topics()}
    wanted = [topic for topic in plan if topic.name in described]
    resources = [
        ConfigResource(
            ConfigResourceType.TOPIC,
            topic.name,
            configs=dict.fromkeys(topic.checked),
        )
        for topic in wanted
    ]
    if not resources:
        return {}
    found: dict[str, FoundTopic] = {}
    for response in await client.describe_configs(resources):
        for resource in response.to_object()["resources"]:
            name = resource["resource_name"]
            if resource["error_code"]:
                raise for_code(resource["error_code"])(f"{name}: {resource['error_message']}")
            entries = resource["config_entries"]
            config = {entry["config_names"]: entry["config_value"] for entry in entries}
            found[name] = FoundTopic(described[name], config)
    return found


async def _create(client: AIOKafkaAdminClient, missing: list[TopicPlan], settings: Settings) -> None:
    wanted = [
        NewTopic(
            topic.name,
            topic.partitions,
            settings.replication,
            # aiokafka takes -1 (the brokers' own number of copies) only beside an assignment, be it empty.
            {} if settings.replication == -1 else None,
            topic_configs=topic.config,
        )
        for topic in missing
    ]
    response = await client.create_topics(wanted)
    for topic in response.to_object()["topic_errors"]:
        name, code, message = topic["topic"], topic["error_code"], topic["error_message"]
        error = for_code(code)
        # Another worker may create them at the same time: that is what was wanted.
        if code and error is not TopicAlreadyExistsError:
            raise WrongTopics(f"{name} could not be created: {message or error.__name__}")
    names = {topic.name for topic in missing}
    deadline = time.monotonic() + VISIBLE_WITHIN_SECONDS
    while not await _ready(client, names):
        if time.monotonic() > deadline:
            raise WrongTopics(f"{', '.join(sorted(names))}: created, but still without a leader on every partition")
        await asyncio.sleep(0.05)


async def _ready(client: AIOKafkaAdminClient, names: set[str]) -> bool:
    """Whether every partition of the topics has a leader."""
    leaders = {
        topic["topic"]: all(partition["leader"] >= 0 for partition in topic["partitions"])
        for topic in await client.describe_topics()
        if topic["topic"] in names
    }
    return len(leaders) == len(names) and all(leaders.values())
