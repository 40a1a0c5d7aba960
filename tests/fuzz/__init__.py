"""Bad input through the real path: a million records, random and mutated, to a worker on a real Kafka."""
