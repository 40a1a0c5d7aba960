"""The read model: what the topics say, as tables that the command line and the pages ask."""

from store.database import migrate

__all__ = ["migrate"]
