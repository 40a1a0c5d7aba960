"""Official facts that the simulated network is built on; SOURCES.md names where they are from."""
