"""The messages of Abasto: events in, positions and alerts out, and the catalogue."""
