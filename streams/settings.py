"""The engine's settings: one class, each setting with its unit, default and reason."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal, Self

import msgspec
from msgspec import Meta

from streams.faults import WrongSetting

PREFIX = "ABASTO_"

OTHER_VARIABLES = frozenset(
    {
        # The read model's, which the engine does not know otherwise (store/settings.py).
        *("DATABASE", "DATABASE_PASSWORD_FILE", "DATABASE_PATIENCE_SECONDS", "TOPICS_PATIENCE_SECONDS"),
        *("PROJECTOR_BATCH_RECORDS", "PROJECTOR_METRICS_PORT"),
        # Of the command line, of the build, and of tests.
        *("LANG", "CACHE", "COMPILED", "THOROUGH", "COMPOSE_TEST", "REQUIRE_SERVERS"),
    }
)
"""Variables with our prefix that are no setting of the engine, without the prefix: not misspelt."""

Seconds = Annotated[float, Meta(gt=0, le=3600)]


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may choose for a worker. `ABASTO_` + the name in capitals sets each of them."""

    # ------------------------------------------------------------------------------------------------ Kafka

    brokers: Annotated[str, Meta(min_length=3)] = "127.0.0.1:9092"
    """Bootstrap brokers, `host:port` separated by commas. Default: the broker that `abasto up` starts."""

    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    """How to talk to the brokers. Plain text is for a broker on the same machine."""

    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    """How to sign in when `security_protocol` is a SASL one."""

    sasl_user: str | None = None
    """Who signs in."""

    sasl_password_file: Path | None = None
    """File with the password on its first line. A file, because the environment of a process is no secret."""

    ca_file: Path | None = None
    """PEM file of the authority that signed the brokers' certificates; without it the system's are trusted."""

    # ------------------------------------------------------------------------------------------------ identity

    group: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,100}$")] = "abasto"
    """Consumer group, and the start of each shard's transactional id: all workers of an installation share it."""

    instance: Annotated[str, Meta(pattern=r"^[A-Za-z0-9._-]{1,100}$")] | None = None
    """A name that a worker keeps over restarts, different for each worker. With it a restarted worker takes its
    partitions back without a rebalance, but those of a stopped one wait out the session."""

    stages: Literal["all", "positions", "wide"] = "all"
    """What this worker does: count events into positions, judge whole facilities and items, or both. One process does
    both with ease; of several, at least one must do each."""

    # ------------------------------------------------------------------------------------------------ topics

    partitions: Annotated[int, Meta(ge=1, le=10_000)] = 8
    """Partitions of the inputs and of what is derived from them: the upper limit of workers. It cannot be changed
    later without moving every key, so take more than is needed today."""

    replication: Annotated[int, Meta(ge=-1, le=9)] = -1
    """Copies of each topic that the program creates; -1 leaves it to the brokers."""

    input_retention_days: Annotated[int, Meta(ge=1)] = 460
    """Days the inputs are kept, 15 months: the consumption a position remembers could be built from them again."""

    # ------------------------------------------------------------------------------------------------ checkpoints

    checkpoint_seconds: Seconds = 0.2
    """Seconds between the checkpoints of a shard that keeps up: what an event waits at most to be visible."""

    backlog_checkpoint_seconds: Seconds = 10.0
    """The same while there is a backlog: fewer and larger checkpoints leave more time to work it off."""

    checkpoint_keys: Annotated[int, Meta(ge=1)] = 5_000
    """Touched positions of a shard that make a checkpoint due whatever the time: they are judged and encoded in one
    go, some 0.1 ms each, and nothing else happens meanwhile. At a midnight about so many are looked at between
    two checkpoints."""

    awake_positions: Annotated[int, Meta(ge=0)] = 10_000
    """Positions that a shard holds decoded between checkpoints, 4 to 50 kB each, the older the more; the others are
    bytes, 0.5 to 3 kB, and cost some 0.1 ms to decode when their next event comes. What a midnight touches adds up to
    `checkpoint_keys`."""

    checkpoint_limit_seconds: Seconds = 45.0
    """Seconds a checkpoint may take until it is confirmed: a broker that restarts is waited for. Past it the shard is
    given up and the worker stops, for the retries inside a transaction have no end of their own."""

    transaction_timeout_seconds: Annotated[float, Meta(ge=10, le=900)] = 60.0
    """Seconds after which the broker aborts an open transaction. Above `checkpoint_limit_seconds`, so that ours is
    the limit met first: to a worker the broker's looks like being fenced."""

    # ------------------------------------------------------------------------------------------------ ownership

    session_seconds: Annotated[float, Meta(ge=6, le=300)] = 6.0
    """Seconds of silence after which a worker counts as dead. The least that brokers allow by default: a killed
    worker's partitions are served again within 10 s."""

    fenced_wait_seconds: Seconds = 30.0
    """Seconds a fenced shard waits for the rebalance that explains it. None: somebody else uses our
    transactional ids, and the worker stops."""

    accept_lost_records: bool = False
    """Start although input records were deleted before they were counted. The next counts mend the stock; what was
    consumed in that span stays unknown."""

    # ------------------------------------------------------------------------------------------------ time

    clock: Literal["wall", "events"] = "wall"
    """What daily evaluations and timers run from: the wall clock in service; the events alone in a replay or proof."""

    # ------------------------------------------------------------------------------------------------ rules

    rules_file: Path | None = None
    """TOML file with the health system's rules: CPM policies and where they hold, cut-offs (docs/rules.md). Read once,
    at the start; without it the defaults hold. All workers of an installation need the same."""

    # ------------------------------------------------------------------------------------------------ metrics

    metrics_host: str = "127.0.0.1"
    """Address the metrics are served on: this machine only, unless a scraper elsewhere must reach them."""

    metrics_port: Annotated[int, Meta(ge=0, le=65_535)] = 9464
    """Port of the metrics; 0 serves none."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Self:
        """The settings that `ABASTO_*` variables name, defaults for the rest.

        A value of the wrong kind raises `WrongSetting` with the variable's name. Variables that name no setting
        here belong to other programs of Abasto, or are misspelt: `unknown_variables` tells.
        """
        source = os.environ if environ is None else environ
        chosen: dict[str, object] = {}
        for field in msgspec.structs.fields(cls):
            variable = PREFIX + field.name.upper()
            text = source.get(variable, "")
            if not text:
                continue
            try:
                chosen[field.name] = msgspec.convert(text, field.type, strict=False, dec_hook=_path)
            except msgspec.ValidationError as wrong:
                raise WrongSetting(f"{variable}={text!r}: {str(wrong).lower()}") from None
        settings = cls(**chosen)  # type: ignore[arg-type] # each value was converted to its field's type above
        settings.check()
        return settings

    def check(self) -> None:
        """Refuse settings that contradict each other."""
        if self.transaction_timeout_seconds <= self.checkpoint_limit_seconds:
            raise WrongSetting(
                f"{PREFIX}TRANSACTION_TIMEOUT_SECONDS={self.transaction_timeout_seconds:g} must be above "
                f"{PREFIX}CHECKPOINT_LIMIT_SECONDS={self.checkpoint_limit_seconds:g}"
            )
        if self.security_protocol.startswith("SASL") and not (self.sasl_user and self.sasl_password_file):
            raise WrongSetting(
                f"{PREFIX}SECURITY_PROTOCOL={self.security_protocol} needs {PREFIX}SASL_USER and "
                f"{PREFIX}SASL_PASSWORD_FILE"
            )


def unknown_variables(environ: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each `ABASTO_*` variable that has a value and that nothing of Abasto reads, with the name that was
    perhaps meant. Not a refusal: an environment may be shared with a newer release. Values are not told, they may be
    secret."""
    source = os.environ if environ is None else environ
    known = OTHER_VARIABLES | {name.upper() for name in Settings.__struct_fields__}
    sentences = []
    for variable in sorted(source):
        name = variable.removeprefix(PREFIX)
        if name == variable or name in known or not source[variable]:
            continue
        # Compared without the prefix, or every name would be near to every other.
        nearest = "".join(get_close_matches(name.upper(), sorted(known), n=1))
        meant = f"; did you mean {PREFIX}{nearest}?" if nearest else ""
        sentences.append(f"{variable} is ignored: no setting has this name{meant}")
    return sentences


def _path(kind: type, text: str) -> Path:
    """msgspec knows no paths by itself; they are the only type of a setting that it has to ask for."""
    if not issubclass(kind, Path):
        raise NotImplementedError(f"no setting is of type {kind}")
    return Path(text)
