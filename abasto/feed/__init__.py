"""Events on their way to Kafka: files, lines, records, batches."""
