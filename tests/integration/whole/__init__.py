"""The whole of it: simulated network, Kafka, worker, projector, PostgreSQL."""
