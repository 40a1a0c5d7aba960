"""`abasto topics` says in a sentence what keeps it from its work."""

from typer.testing import CliRunner

from abasto.cli import app


def test_without_a_broker_it_fails_with_its_address() -> None:
    refused = CliRunner().invoke(app, ["topics", "create", "--broker", "127.0.0.1:1"])
    assert refused.exit_code == 1
    assert "no answer from Kafka at 127.0.0.1:1" in refused.output
    assert "Traceback" not in refused.output
