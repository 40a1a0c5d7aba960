"""The records that are sent: good ones, good ones again, mutated ones and noise, all following from a seed.

Good ones have ids that begin with `good-`. Whatever is mutated has an id of its own first: what is told twice is told
in the same words.
"""

import datetime as dt
import json
import random
import re
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from schemas.catalogue import CatalogueEntry, Facility, Item
from schemas.channels import ARRIVALS, CONSUMPTION, INPUTS, INVENTORY, position_key

FACILITIES: Final = tuple(f"DFIMS{number:06d}" for number in range(50))
ITEMS: Final = tuple(f"010.000.{number:04d}.00" for number in range(1, 11))
CATALOGUE: Final[list[CatalogueEntry]] = [
    *(Facility(facility=code, name=code, kind="hospital") for code in FACILITIES),
    *(Item(item=code, name=code, oncology=True, ven="V") for code in ITEMS),
]

FIRST: Final = dt.datetime(2026, 1, 2, 12, tzinfo=dt.UTC)
SPAN_DAYS, DISORDER_HOURS = 5.0, 20.0
"""Together less than the lateness window: nothing is late because all is told within minutes."""
COUNTED: Final = 1_000
COUNTED_AT: Final = FIRST - dt.timedelta(days=1)
"""Pieces on each shelf when it is counted, once, before all else."""

TOPICS: Final = {
    "stock.dispensed": CONSUMPTION, "stock.issued": CONSUMPTION, "stock.returned": CONSUMPTION,
    "demand.unmet": CONSUMPTION, "arrival.received": ARRIVALS, "stock.adjusted": INVENTORY,
}  # fmt: skip
_KINDS: Final = (*("stock.dispensed",) * 5, *TOPICS)
_AGAIN: Final = 500
"""Records that may be told again: far less than the lateness window."""
_HEADERS: Final = ("ce_id", "CE_Type", "ce_specversion", "ce_time", "ce_source", "content-type", "ce_", "trace", "")
_DAY: Final = re.compile(rb"20\d\d-\d\d-\d\d")
_NOISE: Final = (
    b"\xff",
    b"\x00",
    b"\\ud800",
    b"\xed\xa0\x80",
    b"\\u0000",
    b"\\",
    b'"',
    b"}",
    b"{",
    b",",
    b"\xef\xbb\xbf",
)
_NUMBERS: Final = (
    b"1e999",
    b"-1",
    b"NaN",
    b"0.5",
    b"1e2",
    b"-0",
    b"9" * 30,
    b"1" * 5_000,
    b'"7"',
    b"null",
    b"true",
    b"[]",
)


class Sent(NamedTuple):
    """A record on its way; without a partition it goes where its key belongs."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    partition: int | None = None


def records(number: int, partitions: int, seed: int) -> Iterator[Sent]:
    """So many records, after one count of each position."""
    chance = random.Random(seed)
    recent: list[Sent] = []
    yield from _counts()
    for each in range(number):
        draw = chance.random()
        body = _event(each, number, chance)
        if draw < 0.6:
            good = _formed(body, chance)
            recent = [good, *recent[: _AGAIN - 1]] if each % 10 == 0 else recent
            yield good if chance.random() < 0.9 else good._replace(key=None, partition=chance.randrange(partitions))
        elif draw < 0.65 and recent:
            yield chance.choice(recent)
        elif draw < 0.95:
            yield _mutated(_formed(body | {"id": f"odd-{chance.randbytes(8).hex()}"}, chance), body, chance)
        else:
            key = chance.randbytes(chance.randrange(9)) if chance.random() < 0.5 else None
            value = chance.randbytes(chance.randrange(80)) if chance.random() < 0.9 else None
            yield Sent(chance.choice(INPUTS), key, value, _odd_headers(chance), chance.randrange(partitions))


def _counts() -> Iterator[Sent]:
    at = COUNTED_AT.isoformat()
    for facility in FACILITIES:
        for item in ITEMS:
            body: dict[str, Any] = {
                "type": "stock.counted",
                "id": f"good-{facility}-{item}",
                "source": "urn:fuzz",
                "time": at,
            }
            body |= {"facility": facility, "item": item, "quantity": COUNTED}
            yield Sent(INVENTORY, position_key(facility, item).encode(), json.dumps(body).encode(), [])


def _event(each: int, number: int, chance: random.Random) -> dict[str, Any]:
    kind = chance.choice(_KINDS)
    days, late = SPAN_DAYS * each / number, dt.timedelta(hours=chance.random() * DISORDER_HOURS)
    body: dict[str, Any] = {
        "type": kind,
        "id": f"good-{each}",
        "source": "urn:fuzz",
        "time": (FIRST + dt.timedelta(days=days) - late).isoformat(),
        "facility": chance.choice(FACILITIES),
        "item": chance.choice(ITEMS),
    }
    quantity = chance.randint(1, 9)
    if kind == "stock.adjusted":
        return body | {"delta": quantity, "reason": "found"}
    return body | {"quantity": quantity}


def _formed(body: dict[str, Any], chance: random.Random) -> Sent:
    """The event as plain JSON, or as a CloudEvent in structured or in binary mode."""
    key, topic = position_key(body["facility"], body["item"]).encode(), TOPICS[body["type"]]
    attributes = {name: body[name] for name in ("type", "id", "source", "time")}
    content = {name: value for name, value in body.items() if name not in attributes}
    match chance.randrange(4):
        case 0:
            whole = {"specversion": "1.0", **attributes, "data": content}
            return Sent(topic, key, json.dumps(whole).encode(), [])
        case 1:
            headers = [(f"ce_{name}", value.encode()) for name, value in {"specversion": "1.0", **attributes}.items()]
            return Sent(topic, key, json.dumps(content).encode(), list(headers))
        case _:
            return Sent(topic, key, json.dumps(body).encode(), [])


def _mutated(good: Sent, body: dict[str, Any], chance: random.Random) -> Sent:
    """Somebody's broken version of an event, but of no other day: one that lies months ahead would make all others
    late, and rightly so."""
    while True:
        broken = _broken(good, body, chance)
        whole = b" ".join((broken.value or b"", *(value or b"" for _, value in broken.headers)))
        if all(day == body["time"][:10].encode() for day in _DAY.findall(whole)):
            return broken


def _broken(good: Sent, body: dict[str, Any], chance: random.Random) -> Sent:
    value = good.value or b""
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(value) + 1)
        match chance.randrange(9):
            case 0:
                value = value[:at] + chance.randbytes(1) + value[at + 1 :]
            case 1:
                value = value[:at]
            case 2:
                value = value[:at] + chance.choice(_NOISE) + value[at:]
            case 3:
                value = value.replace(b'"quantity": ', b'"quantity": ' + chance.choice(_NUMBERS) + b", " + b'"x": ')
            case 4:
                value = value.replace(b"{", b'{"quantity": 3, "item": "%b", ' % chance.choice(ITEMS).encode(), 1)
            case 5:
                depth = chance.choice((5, 900, 20_000))
                value = value.replace(b"{", b'{"note": ' + b"[" * depth + b"]" * depth + b", ", 1)
            case 6:
                good = good._replace(headers=[*good.headers, *_odd_headers(chance)])
            case 7:
                good = good._replace(key=chance.choice((None, b"", b"|", good.key, chance.randbytes(6))))
            case _:
                name = chance.choice(sorted(body))
                value = value.replace(f'"{name}"'.encode(), chance.choice((b'"zz"', b'"type"', b'"data"', b'"lots"')))
    topic = chance.choice(INPUTS) if chance.random() < 0.05 else good.topic
    return good._replace(topic=topic, value=value, partition=0 if good.key is None else None)


def _odd_headers(chance: random.Random) -> list[tuple[str, bytes | None]]:
    return [_odd_header(chance.choice(_HEADERS), chance) for _ in range(chance.randrange(3))]


def _odd_header(name: str, chance: random.Random) -> tuple[str, bytes | None]:
    if name == "ce_id":
        # No two events get the same id: which of them counts would depend on which topic is read first.
        return name, chance.choice((None, b"", b"\xff", chance.randbytes(8).hex().encode()))
    values = (None, b"", b"1.0", b"\xff", b"stock.dispensed", b"application/cloudevents+json", chance.randbytes(4))
    return name, chance.choice(values)
