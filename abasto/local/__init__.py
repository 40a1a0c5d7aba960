"""A real Apache Kafka on this machine, without a container and without an installation."""
