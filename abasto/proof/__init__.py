"""Our numbers without a broker, and against other people's."""
