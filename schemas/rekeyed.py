"""What the shards of the positions tell the shards that judge whole facilities and items: lean, keyed by either.

Internal to the engine, as the changelogs are: nobody else should read or write it.
"""

import datetime as dt
from typing import Literal

import msgspec

from schemas.alerts import Severity
from schemas.positions import Number, Status

Trouble = Literal["low_stock", "shortage", "stock_out"]
TROUBLES: tuple[Trouble, ...] = ("low_stock", "shortage", "stock_out")
"""Mildest first: the conditions that an item is short by, or soon."""


class StockNote(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="stock", tag_field="note", omit_defaults=True):
    """How an item stands in a facility from an evaluation on, told when that changes.

    `at_ms` is the instant of the evaluation. `trouble` is the worst of its stock alerts that fires, `alert` the number
    of that and `severity` how bad it is; `needed`: it is used or asked for there; `watched`: it makes alerts there.
    `surplus`: pieces above the maximum, null where there is none; `surplus_alert`: the number of the surplus alert, if
    one fires and nothing worse. `heard_at`: an instant of the local day of the position's last event. Of a place that
    is short, `due_quantity` are the pieces still to come, null where it is not told; of these `late_quantity` are past
    their deadline, and of the others `next_due_on` is the first expected day.
    """

    facility: str
    item: str
    at_ms: int
    status: Status
    trouble: Trouble | None = None
    alert: str | None = None
    needed: bool = False
    watched: bool = False
    usable: Number | None = None
    cpm: float | None = None
    projected_stockout_on: dt.date | None = None
    surplus: Number | None = None
    severity: Severity | None = None
    surplus_alert: str | None = None
    heard_at: int | None = None
    due_quantity: Number | None = None
    late_quantity: Number = 0
    next_due_on: dt.date | None = None


class Heard(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="heard", tag_field="note"):
    """A facility was heard: the time of its latest event, in one shard, of each of some local days. Under an item it
    was heard of that item, and has a surplus of it or is short of it."""

    facility: str
    at_ms: tuple[int, ...]


class Reached(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag="reached", tag_field="note"):
    """A shard has made all evaluations up to an instant, and told what they changed before this; `None`: it has read
    its inputs to their end, and there is no event in them."""

    shard: int
    at_ms: int | None


Rekeyed = StockNote | Heard | Reached
