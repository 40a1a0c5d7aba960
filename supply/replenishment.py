"""How much should be there, and how much is missing to it."""

import math
from typing import Literal

DUST_PIECES = 1e-6
"""What a product of two figures may be off by, far below the smallest quantity: 3 x 33.333... is 100, not 101."""

Rounding = Literal["up", "half_up", "none"]


def half_up(amount: float) -> int:
    """The nearest whole number, the upper one of two as near: what people and sheets do (Python's `round` does not)."""
    return math.floor(amount + 0.5)


def whole(amount: float, rounding: Rounding) -> float:
    """An amount in whole pieces."""
    if rounding == "none":
        return amount
    return half_up(amount) if rounding == "half_up" else math.ceil(amount - DUST_PIECES)


def target_stock(cpm: float, months: float) -> int:
    """The pieces to have: `ceil(CPM x months)`, the target of IMSS-Bienestar Baja California with its three months."""
    return int(whole(cpm * months, "up"))


def order_up_to(target: float, stock: float) -> float:
    """What is missing from the stock to a target, never below zero. Source: OpenLMIS' calculated order quantity
    `I = H - E`, which every peer's suggestion comes down to."""
    return max(0.0, target - stock)
