"""Settings of the read model, from `ABASTO_*` environment variables. What concerns Kafka is named as the engine
names it, so one environment serves both."""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import quote

import msgspec
from msgspec import Meta

PREFIX = "ABASTO_"

Seconds = Annotated[float, Meta(gt=0, le=3600)]


class SettingError(ValueError):
    """A setting that cannot be used: its variable, its value, and what is expected."""


class StoreSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What the read model and its projector can be told. `ABASTO_` + the name in capitals sets each of them."""

    brokers: Annotated[str, Meta(min_length=3)] = "127.0.0.1:9092"
    """Bootstrap brokers, `host:port` separated by commas."""

    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How to talk to the brokers."""

    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How to sign in when `security_protocol` is a SASL one."""

    sasl_user: str | None = None
    """Who signs in."""

    sasl_password_file: Path | None = None
    """File with the password on its first line."""

    ca_file: Path | None = None
    """PEM file of the authority that signed the brokers' certificates; without it the system's are trusted."""

    database: Annotated[str, Meta(min_length=3)] = "sqlite:///var/abasto.db"
    """`sqlite:///FILE` or `postgresql://USER:PASSWORD@HOST/NAME`."""

    database_password_file: Path | None = None
    """File with the database's password on its first line, for a `database` without one: an address is shown in
    places where a password must not be."""

    database_patience_seconds: Seconds = 60.0
    """How long a database that does not answer is tried again before the projector gives up: a restart of
    PostgreSQL takes seconds, one that stays away needs a person."""

    topics_patience_seconds: Annotated[float, Meta(ge=0, le=3600)] = 60.0
    """How long the projector waits at its start for the broker and the topics: the worker that makes them may be
    starting at the same time."""

    projector_batch_records: Annotated[int, Meta(ge=1, le=100_000)] = 2_000
    """Most records in one database transaction: 2,000 positions of 3 kB are 6 MB. Larger ones were no faster
    (`benchmarks/projector.py`), and readers would see news later."""

    metrics_host: str = "127.0.0.1"
    """Address the metrics are served on: this machine only, unless a scraper elsewhere must reach them."""

    projector_metrics_port: Annotated[int, Meta(ge=0, le=65_535)] = 9465
    """Port of the projector's metrics; 0 serves none."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The settings that `ABASTO_*` variables name, defaults for the rest; raises `SettingError`."""
        source = os.environ if environ is None else environ
        chosen: dict[str, Any] = {}
        for field in msgspec.structs.fields(cls):
            variable = PREFIX + field.name.upper()
            text = source.get(variable, "")
            if not text:
                continue
            try:
                chosen[field.name] = msgspec.convert(text, field.type, strict=False, dec_hook=_path)
            except msgspec.ValidationError as wrong:
                # The address of a database may hold its password.
                shown = "…" if field.name == "database" else repr(text)
                raise SettingError(f"{variable}={shown}: {str(wrong).lower()}") from None
        settings = cls(**chosen)
        return msgspec.structs.replace(settings, database=settings._database_with_password())

    def kafka_client(self) -> dict[str, Any]:
        """The arguments about addresses and security that every client of kafka-python takes."""
        options: dict[str, Any] = {
            "bootstrap_servers": [server.strip() for server in self.brokers.split(",")],
            "security_protocol": self.security_protocol,
        }
        if self.security_protocol in ("SSL", "SASL_SSL"):
            options["ssl_context"] = self._ssl_context()
        if self.security_protocol.startswith("SASL"):
            options["sasl_mechanism"] = self.sasl_mechanism
            options["sasl_plain_username"] = self.sasl_user
            options["sasl_plain_password"] = self._password()
        return options

    def _ssl_context(self) -> ssl.SSLContext:
        try:
            return ssl.create_default_context(cafile=self.ca_file)
        except (OSError, ssl.SSLError) as unreadable:
            raise SettingError(f"{PREFIX}CA_FILE={self.ca_file}: {unreadable}") from unreadable

    def _password(self) -> str:
        path = self.sasl_password_file
        if path is None or not self.sasl_user:
            raise SettingError(
                f"{PREFIX}SECURITY_PROTOCOL={self.security_protocol} needs {PREFIX}SASL_USER and "
                f"{PREFIX}SASL_PASSWORD_FILE"
            )
        return _first_line(path, "SASL_PASSWORD_FILE")

    def _database_with_password(self) -> str:
        path = self.database_password_file
        if path is None:
            return self.database
        scheme, mark, rest = self.database.partition("://")
        user, at, place = rest.rpartition("@")
        if not at or not user or ":" in user:
            raise SettingError(
                f"{PREFIX}DATABASE_PASSWORD_FILE goes with {PREFIX}DATABASE=postgresql://USER@HOST/NAME, "
                "a user in it and no password"
            )
        return f"{scheme}{mark}{user}:{quote(_first_line(path, 'DATABASE_PASSWORD_FILE'), safe='')}@{place}"


def _path(wanted: type[Any], text: str) -> Any:
    """What msgspec does not know by itself: a setting that names a file."""
    return wanted(text)


def _first_line(path: Path, name: str) -> str:
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
    except OSError as unreadable:
        raise SettingError(f"{PREFIX}{name}={path}: {unreadable.strerror}") from unreadable
