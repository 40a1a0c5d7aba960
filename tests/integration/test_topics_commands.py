"""`abasto topics` on a real Kafka: made once, checked as the worker checks them."""

import asyncio
import json
from collections.abc import Callable

import pytest
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from typer.testing import CliRunner

from abasto.cli import app
from schemas.channels import ALERTS, INVENTORY
from streams.clients import admin
from streams.settings import Settings
from streams.topic_check import compare_topics
from streams.topics import topic_plan
from tests.servers.kafka import KafkaServer

pytestmark = pytest.mark.integration


def test_topics_are_made_once_and_another_number_of_partitions_is_refused(
    own_kafka: Callable[[], KafkaServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABASTO_BROKERS", own_kafka().bootstrap)
    monkeypatch.setenv("ABASTO_PARTITIONS", "2")
    run = CliRunner().invoke
    assert "missing topics" in run(app, ["topics", "check"]).output
    missing = run(app, ["topics", "check", "--json"])
    assert missing.exit_code == 1
    made = run(app, ["topics", "create", "--json"])
    assert made.exit_code == 0, made.output
    created = json.loads(made.stdout)["created"]
    assert INVENTORY in created
    assert json.loads(missing.stdout) == {"missing": created, "different": []}
    assert run(app, ["topics", "create"]).output == "All topics are there\n"
    assert run(app, ["topics", "create", "--json"]).output == '{"created":[]}\n'
    assert run(app, ["topics", "check"]).exit_code == 0
    checked = run(app, ["topics", "check", "--json"])
    assert (checked.exit_code, checked.output) == (0, '{"missing":[],"different":[]}\n')

    monkeypatch.setenv("ABASTO_PARTITIONS", "3")
    refused = run(app, ["topics", "create"])
    assert refused.exit_code == 1
    assert "abasto.inventory.v1 has 2 partitions, expected 3" in refused.output
    (of_alerts,) = (
        each
        for each in json.loads(run(app, ["topics", "check", "--json"]).stdout)["different"]
        if each["topic"] == ALERTS
    )
    assert of_alerts == {
        "topic": ALERTS,
        "setting": "partitions",
        "found": "2",
        "planned": "3",
        "remedy": "set ABASTO_PARTITIONS=2, or move to new topics",
        "wrong_answers": True,
    }
    listed = run(app, ["topics", "check"])
    assert listed.exit_code == 1
    assert "abasto.alerts.v1 has 2 partitions, expected 3: positions would be wrong\n  set ABASTO_PARTITIONS=2" in (
        listed.stdout
    )


def test_a_topic_that_deletes_sooner_than_planned_fails_the_check_but_not_a_start(
    own_kafka: Callable[[], KafkaServer], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("ABASTO_BROKERS", own_kafka().bootstrap)
    run = CliRunner().invoke
    assert run(app, ["topics", "create"]).exit_code == 0
    asyncio.run(alter(INVENTORY, {"retention.ms": "60000", "message.timestamp.type": "CreateTime"}))
    asyncio.run(alter(ALERTS, {"retention.bytes": "1000"}))

    checked = run(app, ["topics", "check"])
    assert checked.exit_code == 1
    for sentence in (
        "abasto.inventory.v1 has retention.ms=60000, expected at least 39744000000: records are deleted sooner",
        "abasto.inventory.v1 has message.timestamp.type=CreateTime, expected LogAppendTime",
        "--entity-name abasto.inventory.v1 --add-config message.timestamp.type=LogAppendTime",
        "abasto.alerts.v1 has retention.bytes=1000, expected -1 (unlimited)",
    ):
        assert sentence in checked.stdout
    assert "3 settings of topics are not as planned" in checked.stderr

    # As a worker does at its start.
    assert run(app, ["topics", "create"]).exit_code == 0
    warned = [record.getMessage() for record in caplog.records if record.name == "streams.topic_check"]
    assert [sentence.partition(" has ")[0] for sentence in warned] == [INVENTORY, ALERTS]
    assert "retention.ms=60000 (planned: at least 39744000000), message.timestamp.type=CreateTime" in warned[0]


async def alter(topic: str, changes: dict[str, str]) -> None:
    """Change settings of a topic, and wait until the broker tells of them."""
    settings = Settings.from_environment()
    (planned,) = (each.config for each in topic_plan(settings) if each.name == topic)
    client = admin(settings)
    await client.start()
    try:
        # This request sets back what it does not name.
        (answer,) = await client.alter_configs(
            [ConfigResource(ConfigResourceType.TOPIC, topic, configs=planned | changes)]
        )
        assert [each["error_code"] for each in answer.to_object()["resources"]] == [0], answer
    finally:
        await client.close()
    async with asyncio.timeout(10):
        while not changes.keys() <= {each.setting for each in (await compare_topics(settings))[1]}:  # noqa: ASYNC110 # Kafka tells of no end of it
            await asyncio.sleep(0.1)
