"""Ask who serves a port."""

from abasto.local.programs import port_is_open

_ANSWER_TIMEOUT_MS = 2_000


def cluster_at(port: int) -> str | None:
    """The id of the Kafka cluster that answers on this port of 127.0.0.1; None when none does."""
    if not port_is_open(port):  # the client below would log each refusal
        return None
    # Imported here because it takes 0.25 s, which a program has to spare while a broker starts, and only then.
    from kafka import KafkaAdminClient
    from kafka.errors import KafkaError

    try:
        client = KafkaAdminClient(
            bootstrap_servers=f"127.0.0.1:{port}",
            bootstrap_timeout_ms=_ANSWER_TIMEOUT_MS,
            request_timeout_ms=_ANSWER_TIMEOUT_MS,
        )
    except (KafkaError, OSError):
        return None
    try:
        return str(client.describe_cluster()["cluster_id"])
    except (KafkaError, OSError):
        return None
    finally:
        client.close()
