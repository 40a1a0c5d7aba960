"""Settings: one environment serves the engine and the read model."""

from pathlib import Path

import msgspec
import pytest

from store.database import database_url
from store.settings import SettingError, StoreSettings
from streams.settings import Settings

KAFKA = {"brokers", "security_protocol", "sasl_mechanism", "sasl_user", "sasl_password_file", "ca_file", "metrics_host"}


def test_what_concerns_kafka_is_named_and_typed_as_the_engine_does() -> None:
    ours = {field.name: (field.type, field.default) for field in msgspec.structs.fields(StoreSettings)}
    engines = {field.name: (field.type, field.default) for field in msgspec.structs.fields(Settings)}
    assert {name: ours[name] for name in KAFKA} == {name: engines[name] for name in KAFKA}
    assert ours.keys() & engines.keys() == KAFKA


def test_the_environment_sets_each_of_them() -> None:
    chosen = StoreSettings.from_environment(
        {"ABASTO_BROKERS": "k1:9092, k2:9092", "ABASTO_PROJECTOR_BATCH_RECORDS": "10", "ABASTO_DATABASE": "sqlite:///x"}
    )
    assert chosen.kafka_client()["bootstrap_servers"] == ["k1:9092", "k2:9092"]
    assert (chosen.projector_batch_records, chosen.database) == (10, "sqlite:///x")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ABASTO_PROJECTOR_BATCH_RECORDS", "many"), ("ABASTO_SECURITY_PROTOCOL", "TLS"), ("ABASTO_DATABASE", "x")],
)
def test_a_value_that_cannot_be_used_is_named(variable: str, value: str) -> None:
    with pytest.raises(SettingError, match=variable):
        StoreSettings.from_environment({variable: value})


def test_the_password_comes_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n", encoding="utf-8")
    signed_in = StoreSettings(
        security_protocol="SASL_SSL", sasl_user="projector", sasl_password_file=tmp_path / "password"
    ).kafka_client()
    assert signed_in["sasl_plain_password"] == "s3cret"
    assert signed_in["sasl_mechanism"] == "SCRAM-SHA-512"
    assert signed_in["ssl_context"] is not None


def test_a_password_that_is_not_there_is_told() -> None:
    with pytest.raises(SettingError, match=r"SASL_USER and ABASTO_SASL_PASSWORD_FILE"):
        StoreSettings(security_protocol="SASL_PLAINTEXT").kafka_client()
    with pytest.raises(SettingError, match=r"nowhere: No such file"):
        StoreSettings(
            security_protocol="SASL_PLAINTEXT", sasl_user="x", sasl_password_file=Path("nowhere")
        ).kafka_client()


def test_the_database_password_comes_from_its_file_whatever_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("p@ss:w/rd%\n", encoding="utf-8")
    chosen = StoreSettings.from_environment(
        {
            "ABASTO_DATABASE": "postgresql://abasto@db:5433/abasto?sslmode=require",
            "ABASTO_DATABASE_PASSWORD_FILE": str(file),
        }
    )
    address = database_url(chosen.database)
    assert (address.username, address.password, address.host, address.port) == ("abasto", "p@ss:w/rd%", "db", 5433)
    assert (address.database, dict(address.query)) == ("abasto", {"sslmode": "require"})


@pytest.mark.parametrize("address", ["sqlite:///x.db", "postgresql://db/abasto", "postgresql://abasto:other@db/abasto"])
def test_a_password_file_beside_an_address_that_takes_none_is_refused(address: str, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret", encoding="utf-8")
    environment = {"ABASTO_DATABASE": address, "ABASTO_DATABASE_PASSWORD_FILE": str(tmp_path / "password")}
    with pytest.raises(SettingError, match="a user in it and no password"):
        StoreSettings.from_environment(environment)


def test_a_database_password_file_that_is_not_there_is_named() -> None:
    environment = {"ABASTO_DATABASE": "postgresql://abasto@db/abasto", "ABASTO_DATABASE_PASSWORD_FILE": "nowhere"}
    with pytest.raises(SettingError, match=r"ABASTO_DATABASE_PASSWORD_FILE=nowhere: No such file"):
        StoreSettings.from_environment(environment)
