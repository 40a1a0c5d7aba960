"""The local stack: Kafka, worker, projector and their data under one folder, in one terminal."""
