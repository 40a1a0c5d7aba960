"""Settings come from the environment; a wrong one is refused by name."""

from pathlib import Path

import pytest

from streams.clients import connection
from streams.faults import WrongSetting
from streams.settings import Settings


def test_an_empty_environment_gives_the_defaults() -> None:
    assert Settings.from_environment({}) == Settings()


def test_each_kind_of_value_is_read() -> None:
    settings = Settings.from_environment(
        {
            "ABASTO_BROKERS": "a:9092, b:9092",
            "ABASTO_PARTITIONS": "16",
            "ABASTO_CHECKPOINT_SECONDS": "0.5",
            "ABASTO_CLOCK": "events",
            "ABASTO_CA_FILE": "ca.pem",
            "ABASTO_ACCEPT_LOST_RECORDS": "true",
            "ABASTO_INSTANCE": "",
            "ABASTO_DATABASE": "sqlite:///x",
        }
    )
    assert settings == Settings(
        brokers="a:9092, b:9092",
        partitions=16,
        checkpoint_seconds=0.5,
        clock="events",
        ca_file=Path("ca.pem"),
        accept_lost_records=True,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ABASTO_PARTITIONS", "many"),
        ("ABASTO_PARTITIONS", "0"),
        ("ABASTO_CHECKPOINT_SECONDS", "-1"),
        ("ABASTO_CLOCK", "sun"),
        ("ABASTO_GROUP", "with blank"),
        ("ABASTO_METRICS_PORT", "70000"),
    ],
)
def test_a_wrong_value_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(WrongSetting, match=f"{name}='{value}'"):
        Settings.from_environment({name: value})


def test_the_broker_must_not_end_a_transaction_before_we_do() -> None:
    with pytest.raises(WrongSetting, match="ABASTO_TRANSACTION_TIMEOUT_SECONDS=60 must be above"):
        Settings.from_environment({"ABASTO_CHECKPOINT_LIMIT_SECONDS": "60"})


def test_signing_in_needs_a_user_and_a_password_file() -> None:
    with pytest.raises(WrongSetting, match="ABASTO_SASL_USER and ABASTO_SASL_PASSWORD_FILE"):
        Settings.from_environment({"ABASTO_SECURITY_PROTOCOL": "SASL_SSL"})


def test_every_client_gets_addresses_and_security_from_one_place(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("secret\n", encoding="utf-8")
    shared = connection(
        Settings(
            brokers="a:9092, b:9092",
            security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-256",
            sasl_user="worker",
            sasl_password_file=password,
        )
    )
    assert shared.pop("ssl_context") is not None
    assert shared == {
        "bootstrap_servers": ["a:9092", "b:9092"],
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-256",
        "sasl_plain_username": "worker",
        "sasl_plain_password": "secret",
    }


def test_a_password_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    settings = Settings(security_protocol="SASL_PLAINTEXT", sasl_user="worker", sasl_password_file=tmp_path / "nowhere")
    with pytest.raises(WrongSetting, match=r"ABASTO_SASL_PASSWORD_FILE=.*nowhere: No such file"):
        connection(settings)
