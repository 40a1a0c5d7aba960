"""The unit tests of the read model again, on a real PostgreSQL."""
