"""The projector's metrics: each name, unit and label in one place; those of the indicators have their own."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, start_http_server

from store.indicator_metrics import IndicatorMetrics
from store.settings import PREFIX, SettingError

BATCH_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""From a handful of rows to a full batch on a slow disk."""

DELAY_SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""From the moment a record was published until a reader of the database can see it."""


class ProjectorMetrics:
    """Kept in a registry of their own, so that several projectors may live in one program."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.records = Counter(
            "abasto_projector_records", "Output records projected.", ["topic"], registry=self.registry
        )
        self.faults = Counter(
            "abasto_projector_faults",
            "Promises that a topic broke: a version or sequence that jumped, a record that was there twice, "
            "an entry of the catalogue that cannot be read.",
            ["fault"],
            registry=self.registry,
        )
        self.database_retries = Counter(
            "abasto_projector_database_retries",
            "Transactions tried again because the database was away or locked.",
            registry=self.registry,
        )
        self.lag = Gauge(
            "abasto_projector_lag_records",
            "Offsets between the end of a partition and what was projected.",
            ["topic", "partition"],
            registry=self.registry,
        )
        self.fresh_at = Gauge(
            "abasto_projector_fresh_timestamp_seconds",
            "The read model holds everything published up to this moment.",
            registry=self.registry,
        )
        self.broker_up = Gauge(
            "abasto_projector_broker_up", "1 while the broker answers, else 0.", registry=self.registry
        )
        self.batch_seconds = Histogram(
            "abasto_projector_batch_seconds",
            "Time of one database transaction.",
            buckets=BATCH_SECONDS,
            registry=self.registry,
        )
        self.delay_seconds = Histogram(
            "abasto_projector_delay_seconds",
            "From publication to visible in the database, of the oldest record of each batch.",
            buckets=DELAY_SECONDS,
            registry=self.registry,
        )
        self.indicators = IndicatorMetrics(self.registry)

    def serve(self, host: str, port: int) -> None:
        """Answers Prometheus at `http://host:port/metrics` from a thread of its own until the program ends."""
        try:
            start_http_server(port, host, self.registry)
        except OSError as error:
            raise SettingError(
                f"The metrics cannot be served at {host}:{port}: {error.strerror}. "
                f"Choose another port with {PREFIX}PROJECTOR_METRICS_PORT (0: none)"
            ) from error
