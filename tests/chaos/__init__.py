"""Chaos: everything that runs is killed, frozen, cut off and started again, and the result is that of a replay."""
