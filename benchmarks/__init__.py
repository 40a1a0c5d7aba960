"""Side-by-side measurements. They print figures; only `throughput` fails, when Abasto has become slower."""
