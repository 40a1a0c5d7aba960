"""Figures of other systems in their own terms: what goes in, as they name it, and what they make of it.

Each peer is one file that says it by the product's own rules (`supply.cpm`, `supply.cover`, `supply.projection`, ...)
and the peer's own preset; only what has no counterpart here stands in the peer's file alone. `abasto verify cases`
(`abasto.proof.cases`) asks these functions by the names of their meanings.
"""
