"""Loading a catalogue sends what differs and nothing else."""

import msgspec

from abasto.catalogue.plan import plan
from schemas.catalogue import CatalogueEntry, Facility, Item, entry_key

VIAL = Item(item="010.000.5432.00", name="Filgrastim")
SYRUP = Item(item="010.000.0001.00", name="Morfina", decimals=1)
HOSPITAL = Facility(facility="DFIMS000604", name="Oncología", kind="hospital")


def known(*entries: CatalogueEntry) -> dict[str, CatalogueEntry | None]:
    return {entry_key(entry): entry for entry in entries}


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
    broken: dict[str, CatalogueEntry | None] = {entry_key(VIAL): None, "item|x": None}
    made = plan(broken, [VIAL], replace=True)
    assert (made.changed, made.removed, made.unchanged) == ({entry_key(VIAL): VIAL}, ("item|x",), 0)
