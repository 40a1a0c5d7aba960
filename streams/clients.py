"""How every Kafka client of the engine connects: one place for addresses and security."""

import asyncio
import ssl
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.helpers import create_ssl_context

from streams.faults import WrongSetting
from streams.settings import PREFIX, Settings

REQUEST_TIMEOUT_MS = 20_000
"""A broker that does not answer for so long is asked again elsewhere; well below the checkpoint's limit of 45 s."""

COMMIT_BACKOFF_MS = 20
"""A transaction that begins right after another meets `CONCURRENT_TRANSACTIONS` or `NOT_ENOUGH_REPLICAS` for some
milliseconds; the default of 100 would be most of a checkpoint's time. Readers keep that default."""

BATCH_BYTES = 900_000
"""Below the 1 MiB that brokers and topics accept by default for a batch, with room for its header."""

READ_BYTES = 4 << 20
"""Bytes a partition is read by in bulk: large reads make recovery fast, and memory is freed again after it."""

READ_WAIT_MS = 50
"""How long a broker may hold a bulk read open when a partition has ended."""


def connection(settings: Settings) -> dict[str, Any]:
    """The arguments about addresses and security that all aiokafka clients share."""
    shared: dict[str, Any] = {
        "bootstrap_servers": [broker.strip() for broker in settings.brokers.split(",")],
        "security_protocol": settings.security_protocol,
    }
    if settings.security_protocol in ("SSL", "SASL_SSL"):
        shared["ssl_context"] = _ssl_context(settings)
    if settings.security_protocol.startswith("SASL"):
        shared["sasl_mechanism"] = settings.sasl_mechanism
        shared["sasl_plain_username"] = settings.sasl_user
        shared["sasl_plain_password"] = _password(settings)
    return shared


def transactional_id(settings: Settings, partition: int) -> str:
    """The id under which the shards of a partition number commit, one after the other."""
    return f"{settings.group}-{partition}"


def shard_producer(settings: Settings, partition: int) -> AIOKafkaProducer:
    """The transactional producer of a shard: its id is the shard's, so a new owner fences the old one."""
    return AIOKafkaProducer(
        **connection(settings),
        transactional_id=transactional_id(settings, partition),
        transaction_timeout_ms=round(settings.transaction_timeout_seconds * 1000),
        acks="all",
        max_batch_size=BATCH_BYTES,
        linger_ms=0,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
        retry_backoff_ms=COMMIT_BACKOFF_MS,
    )


def bulk_reader(settings: Settings, *, group: str | None = None) -> AIOKafkaConsumer:
    """A consumer that reads whole partitions, assigned by hand; with a group it can ask for committed offsets."""
    return AIOKafkaConsumer(
        **connection(settings),
        group_id=group,
        enable_auto_commit=False,
        isolation_level="read_committed",
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=READ_BYTES,
        fetch_max_wait_ms=READ_WAIT_MS,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
    )


async def close_reader(reader: AIOKafkaConsumer) -> None:
    """Close a bulk reader. aiokafka 0.14 cancels its own fetch that waits for a lost broker, and lets that through."""
    try:
        await reader.stop()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise


def admin(settings: Settings) -> AIOKafkaAdminClient:
    """A client that creates and describes topics."""
    return AIOKafkaAdminClient(**connection(settings), request_timeout_ms=REQUEST_TIMEOUT_MS)


def _ssl_context(settings: Settings) -> ssl.SSLContext:
    try:
        return create_ssl_context(cafile=str(settings.ca_file) if settings.ca_file else None)
    except (OSError, ssl.SSLError) as unreadable:
        raise WrongSetting(f"{PREFIX}CA_FILE={settings.ca_file}: {unreadable}") from unreadable


def _password(settings: Settings) -> str:
    path = settings.sasl_password_file
    if path is None:
        raise WrongSetting(f"{PREFIX}SASL_PASSWORD_FILE is not set")
    try:
        return path.read_text(encoding="utf-8").partition("\n")[0].strip("\r")
    except OSError as unreadable:
        raise WrongSetting(f"{PREFIX}SASL_PASSWORD_FILE={path}: {unreadable.strerror}") from unreadable
