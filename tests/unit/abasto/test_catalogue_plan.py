"""Loading a catalogue sends what differs and nothing else."""

from collections.abc import Iterable

import msgspec

from abasto.catalogue.plan import plan
from abasto.catalogue.topic import Known
from schemas.catalogue import CatalogueEntry, Facility, Item, entry_key
from schemas.encode import to_json

VIAL = Item(item="010.000.5432.00", name="Filgrastim")
SYRUP = Item(item="010.000.0001.00", name="Morfina", decimals=1)
HOSPITAL = Facility(facility="DFIMS000604", name="Oncología", kind="hospital")


def known(*entries: CatalogueEntry, spoiled: Iterable[CatalogueEntry] = ()) -> Known:
    told = Known({}, set())
    for entry in entries:
        told.take(entry_key(entry).encode(), to_json(entry))
    for entry in spoiled:
        told.take(entry_key(entry).encode(), b"{broken")
    return told


def test_only_what_differs_is_sent() -> None:
    renamed = msgspec.structs.replace(HOSPITAL, name="UMAE Oncología")
    made = plan(known(VIAL, HOSPITAL), [VIAL, renamed, SYRUP], replace=False)
    assert made.new == {"item|010.000.0001.00": SYRUP}
    assert made.changed == {"facility|DFIMS000604": renamed}
    assert (made.unchanged, made.removed) == (1, ())


def test_an_entry_that_left_the_files_goes_only_when_asked() -> None:
    assert plan(known(VIAL, HOSPITAL), [VIAL], replace=False).removed == ()
    assert plan(known(VIAL, HOSPITAL), [VIAL], replace=True).removed == ("facility|DFIMS000604",)


def test_an_item_does_not_change_the_unit_its_stock_is_kept_in() -> None:
    made = plan(known(VIAL), [msgspec.structs.replace(VIAL, decimals=2)], replace=False)
    assert made.refused == ("item 010.000.5432.00: decimals 0 -> 2",)


def test_an_unreadable_entry_is_put_anew_or_removed() -> None:
    made = plan(known(VIAL, spoiled=[VIAL, SYRUP]), [VIAL], replace=True)
    assert (made.changed, made.removed, made.unchanged) == ({entry_key(VIAL): VIAL}, (entry_key(SYRUP),), 0)


def test_an_unreadable_entry_leaves_the_older_one_in_force_with_its_unit() -> None:
    there = known(VIAL, spoiled=[VIAL])
    assert there.entries == {entry_key(VIAL): VIAL}
    assert plan(there, [msgspec.structs.replace(VIAL, decimals=2)], replace=False).refused


def test_an_entry_under_another_key_is_none_and_a_tombstone_removes_what_stands_under_its_own() -> None:
    there = known(VIAL)
    there.take(entry_key(VIAL).encode(), to_json(HOSPITAL))
    assert (there.entries, there.spoiled) == ({entry_key(VIAL): VIAL}, {entry_key(VIAL)})
    there.take(entry_key(VIAL).encode(), None)
    assert (there.entries, there.spoiled) == ({}, set())
