"""What a country takes: a model over measured figures, and the programs that measure them (docs/scaling.md)."""
