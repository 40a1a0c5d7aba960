"""The official CPM beside the observed one over the read model, by position, item, facility, state or nation."""

import datetime as dt
from typing import Literal

import msgspec
from sqlalchemy import Connection

from store.queries.histories import group_of, histories, present
from store.queries.positions import PositionFilter
from store.queries.reading import LIMIT
from supply.calendar import month_name
from supply.cpm import Cpm
from supply.indicators.cpm_supervision import CpmBeside, CpmSupervision, beside, supervise

SupervisedBy = Literal["position", "item", "facility", "state", "nation"]


class CpmLine(msgspec.Struct, frozen=True, kw_only=True):
    """A group: `group` is a code (`FACILITY|ITEM` of a position), a state, or empty (the nation; a state that the
    catalogue does not tell)."""

    group: str
    name: str
    positions: int
    cpm: CpmSupervision


class CpmPage(msgspec.Struct, frozen=True, kw_only=True):
    """Groups, those that are off by most pieces first, and how many there are in all. `share_gone` is the part of the
    running month that is gone, from 0 to 1."""

    by: SupervisedBy
    as_of: dt.datetime | None
    running_month: str | None
    share_gone: float | None
    total: int
    lines: list[CpmLine]


def cpm_supervision(
    connection: Connection, wanted: PositionFilter, *, by: SupervisedBy = "position", limit: int = LIMIT
) -> CpmPage:
    """The CPM supervision of the positions wanted; those without an official CPM have a pace all the same, those out of
    stock in every month of the window neither pace nor difference."""
    now = present(connection)
    if now is None:
        return CpmPage(by=by, as_of=None, running_month=None, share_gone=None, total=0, lines=[])
    names: dict[str, str] = {}
    groups: dict[str, list[CpmBeside]] = {}
    for row, published, months in histories(connection, wanted):
        group, name = group_of(row, by)
        names[group] = name
        use = months.use(now.month)
        cpm, used = Cpm(row.cpm, published.cpm_inputs), None if use is None else use.used
        groups.setdefault(group, []).append(beside(row.official_cpm, cpm, used))
    lines = [
        CpmLine(group=group, name=names[group], positions=len(found), cpm=supervise(found, now.share_gone))
        for group, found in groups.items()
    ]
    lines.sort(key=lambda line: (-(line.cpm.off_by.part or 0), line.group))
    return CpmPage(
        by=by,
        as_of=now.at,
        running_month=month_name(now.month),
        share_gone=round(now.share_gone, 4),
        total=len(lines),
        lines=lines[:limit],
    )
