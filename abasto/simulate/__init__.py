"""A simulated national network: seeded events with every trouble of real ones, and the truth to compare with.

What is true, and which truth the ledger must find: docs/decisions/simulation.md.
"""
