"""`abasto topics` on a real Kafka: made once, checked as the worker checks them."""

from collections.abc import Callable

import pytest
from typer.testing import CliRunner

from abasto.cli import app
from tests.servers.kafka import KafkaServer

pytestmark = pytest.mark.integration


def test_topics_are_made_once_and_another_number_of_partitions_is_refused(
    own_kafka: Callable[[], KafkaServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ABASTO_BROKERS", own_kafka().bootstrap)
    monkeypatch.setenv("ABASTO_PARTITIONS", "2")
    run = CliRunner().invoke
    assert "missing topics" in run(app, ["topics", "check"]).output
    made = run(app, ["topics", "create"])
    assert made.exit_code == 0, made.output
    assert "abasto.inventory.v1" in made.output
    assert run(app, ["topics", "create"]).output == "All topics are there\n"
    assert run(app, ["topics", "check"]).exit_code == 0

    monkeypatch.setenv("ABASTO_PARTITIONS", "3")
    refused = run(app, ["topics", "create"])
    assert refused.exit_code == 1
    assert "abasto.inventory.v1 has 2 partitions, expected 3" in refused.output
