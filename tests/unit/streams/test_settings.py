"""Settings come from the environment; a wrong one is refused by name."""

import re
from pathlib import Path

import pytest

from store.settings import StoreSettings
from streams.clients import connection
from streams.faults import WrongSetting
from streams.settings import OTHER_VARIABLES, PREFIX, Settings, unknown_variables

ROOT = Path(__file__).parents[3]
ROOMS = ("abasto", "agents", "benchmarks", "deploy", "schemas", "store", "streams", "supply", "tests", "web")


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


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("ABASTO_PARTITONS", "; did you mean ABASTO_PARTITIONS?"),
        ("ABASTO_DATABSE", "; did you mean ABASTO_DATABASE?"),
        ("ABASTO_brokers", "; did you mean ABASTO_BROKERS?"),
        ("ABASTO_XYZ", ""),
    ],
)
def test_a_variable_that_nothing_reads_is_told_without_its_value(misspelt: str, meant: str) -> None:
    environment = {misspelt: "secret", "ABASTO_GROUP": "g", "ABASTO_LANG": "es", "HOME": "/"}
    assert unknown_variables(environment) == [f"{misspelt} is ignored: no setting has this name{meant}"]


def test_a_variable_without_a_value_sets_nothing_and_is_not_told() -> None:
    assert unknown_variables({"ABASTO_PARTITONS": ""}) == []


def test_every_setting_of_the_read_model_is_known() -> None:
    assert unknown_variables({f"{PREFIX}{name.upper()}": "1" for name in StoreSettings.__struct_fields__}) == []


def test_the_variables_that_are_no_setting_are_those_that_something_reads() -> None:
    """Neither does a new one count as misspelt, nor does one stay known that is gone."""
    files = [file for room in ROOMS for file in (ROOT / room).rglob("*.py")] + [ROOT / "setup.py"]
    sources = "\n".join(file.read_text(encoding="utf-8") for file in files)
    read = set(re.findall(rf"""(?:environ(?:\.get\(|\[)|envvar=)"{PREFIX}(\w+)\"""", sources))
    of_settings = {name.upper() for name in (*Settings.__struct_fields__, *StoreSettings.__struct_fields__)}
    assert read - of_settings == OTHER_VARIABLES - of_settings


def test_every_variable_of_the_documentation_is_one_that_something_reads() -> None:
    pages = [ROOT / "README.md", ROOT / "Makefile", ROOT / "docker-compose.yml", *(ROOT / "docs").rglob("*.md")]
    named = {name for page in pages for name in re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", page.read_text(encoding="utf-8"))}
    assert len(named) > 5
    assert unknown_variables(dict.fromkeys(named, "1")) == []
