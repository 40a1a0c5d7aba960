"""An entry of the catalogue as a record of its topic, and what every entry must be: workers, projector and command line
leave out the same ones."""

from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from schemas.catalogue import CatalogueEntry, DemandProfile, Facility, entry_key
from schemas.codes import normalise_facility, normalise_item, shown
from supply.calendar import calendar_of
from supply.demand import plan_of

LONGEST_CODE: Final = 500
"""Characters of a code, a state and whatever else is looked up by an index."""

_FREE_TEXT: Final = {"name", "presentation"}
"""Nobody looks these up, and the read model makes them fit."""

_OF_THE_MACHINE: Final = ("Factory", "localtime", "posixrules", "posix/", "right/")
"""How names begin that mean another zone, or none, on another machine."""

_decode: Callable[[bytes], CatalogueEntry] = msgspec.json.Decoder(CatalogueEntry).decode


def entry_of(key: bytes | None, value: bytes) -> CatalogueEntry:
    """The entry that a record holds.

    Raises:
        ValueError: it is none, stands under the key of another one, or is not what an entry must be; the older entry
            of the key stays in force.
    """
    if key is None:
        raise ValueError("it has no key, and an entry is found by its key")
    try:
        entry = _decode(value)
    except (msgspec.DecodeError, RecursionError) as unreadable:
        raise ValueError(str(unreadable)) from None
    if entry_key(entry).encode() != key:
        raise ValueError(f"its key {shown(key.decode(errors='replace'))} is not that of {shown(entry_key(entry))}")
    check_entry(entry)
    return entry


def check_entry(entry: CatalogueEntry) -> None:
    """See that the rules can rely on an entry and the read model can keep it: events would not find it otherwise, or
    every one of them would stop a shard.

    Raises:
        ValueError: naming the field.
    """
    for field, text in _looked_up(entry):
        if "\0" in text:
            raise ValueError(f"{field}: {shown(text)} holds a NUL character")
        if len(text) > LONGEST_CODE:
            raise ValueError(f"{field}: {len(text)} characters are more than {LONGEST_CODE}")
    codes = [getattr(entry, "facility", None), *getattr(entry, "aliases", ())]
    for code in codes:
        if code is not None and normalise_facility(code) != code:
            raise ValueError(f"{shown(code)} is not in its canonical spelling; expected {normalise_facility(code)}")
    item = getattr(entry, "item", None)
    if item is not None and normalise_item(item) != item:
        raise ValueError(f"{shown(item)} is not in its canonical spelling; expected {normalise_item(item)}")
    if isinstance(entry, Facility):
        _check_zone(entry.timezone)
    if isinstance(entry, DemandProfile):
        plan_of(entry)


def _looked_up(entry: CatalogueEntry) -> Iterator[tuple[str, str]]:
    """The texts by which an entry is found, with the names of their fields."""
    for field in entry.__struct_fields__:
        value = getattr(entry, field)
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and field not in _FREE_TEXT:
                yield field, text


def _check_zone(name: str) -> None:
    try:
        if not name.startswith(_OF_THE_MACHINE):
            calendar_of(name)
            return
    except (KeyError, OSError, ValueError):
        pass
    raise ValueError(f"timezone: {shown(name)} is no IANA time zone such as America/Mexico_City")
