"""What can stop the local Kafka. Every message says what happened, where, and what to do about it."""

from pathlib import Path


class LocalKafkaError(Exception):
    """The local Kafka cannot do what was asked; the text is ready for a terminal."""


class JavaMissingError(LocalKafkaError):
    """No Java new enough was found."""


class KafkaDownloadError(LocalKafkaError):
    """Kafka's files could not be fetched, or are not the ones that Abasto was tested with."""


class PortInUseError(LocalKafkaError):
    """Another program listens where the broker should."""

    def __init__(self, port: int, holder: str | None) -> None:
        self.port = port
        by = f" by {holder}" if holder else ""
        super().__init__(
            f"Port {port} on 127.0.0.1 is in use{by}. Stop that program, "
            "or choose another port with --port (0 takes a free one)."
        )


class FolderUnusableError(LocalKafkaError):
    """The data folder cannot be written: rights, a file in its place, a full disk."""


class FolderInUseError(LocalKafkaError):
    """Another Abasto runs, in the foreground, the Kafka of this folder."""

    def __init__(self, folder: Path, pid: int | None) -> None:
        by = f" (process {pid})" if pid else ""
        super().__init__(
            f"The Kafka in {folder} already belongs to a running Abasto{by}. Stop that one, "
            "or choose another folder with --folder."
        )


class OtherClusterError(LocalKafkaError):
    """The folder holds the data of a Kafka that this program did not make or cannot read."""


class BrokerDiedError(LocalKafkaError):
    """The broker ended while it should have been starting or running."""

    def __init__(self, reason: str, log: Path, last_lines: list[str]) -> None:
        self.last_lines = last_lines
        tail = "\n".join(f"  {line}" for line in last_lines) or "  (it wrote nothing)"
        super().__init__(f"{reason} Its last words, from {log}:\n{tail}")


class BrokerSilentError(LocalKafkaError):
    """The broker runs and does not answer."""
