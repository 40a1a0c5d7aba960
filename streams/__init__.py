"""Kafka: topics, chunked consumption, shards, checkpoints and recovery."""
