"""The catalogue: looked up by code or alias, changed in place."""

import datetime as dt

import pytest

from schemas.catalogue import CatalogueEntry, OfficialCpm
from supply.catalogue import Catalogue, valid_on
from tests.events import HOSPITAL, ITEM, day
from tests.unit.supply.shelf import hospital, medicine

OTHER = "DFIMS000605"
ALIAS = "DFIMS000777"


def test_an_entry_replaces_the_one_of_its_key() -> None:
    catalogue = Catalogue([medicine(name="old")])
    catalogue.put(medicine(name="new"))
    found = catalogue.item(ITEM)
    assert found is not None
    assert found.name == "new"
    assert len(catalogue) == 1
    assert [item.name for item in catalogue.items()] == ["new"]


def test_what_is_removed_is_gone_and_may_be_removed_again() -> None:
    catalogue = Catalogue([medicine(), hospital(aliases=(ALIAS,))])
    for key in (f"item|{ITEM}", f"facility|{HOSPITAL}", "item|000.000.0000.00"):
        catalogue.remove(key)
    assert (catalogue.item(ITEM), catalogue.facility(HOSPITAL), catalogue.facility(ALIAS)) == (None, None, None)


def test_a_facility_is_known_by_its_aliases_until_it_gives_them_up() -> None:
    catalogue = Catalogue([hospital(aliases=(ALIAS,))])
    assert catalogue.facility(ALIAS) == catalogue.facility(HOSPITAL)
    catalogue.put(hospital())
    assert catalogue.facility(ALIAS) is None
    assert catalogue.facility(HOSPITAL) is not None


def named(catalogue: Catalogue, code: str) -> str | None:
    """The canonical code."""
    found = catalogue.facility(code)
    return None if found is None else found.facility


@pytest.mark.parametrize("own_first", [True, False])
def test_a_facilitys_own_code_goes_before_anothers_alias(own_first: bool) -> None:
    entries = [hospital(), hospital(facility=OTHER, aliases=(HOSPITAL,))]
    catalogue = Catalogue(entries if own_first else reversed(entries))
    assert named(catalogue, HOSPITAL) == HOSPITAL
    catalogue.remove(f"facility|{OTHER}")
    assert named(catalogue, HOSPITAL) == HOSPITAL


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (0, 1, 0), (1, 0, 1)])
def test_of_two_with_one_alias_the_first_by_code_is_meant_in_whatever_order_they_came(order: tuple[int, ...]) -> None:
    claims = hospital(aliases=(ALIAS,)), hospital(facility=OTHER, aliases=(ALIAS,))
    first, second = sorted(claims, key=lambda each: each.facility)
    catalogue = Catalogue([claims[number] for number in order])
    assert catalogue.facility(ALIAS) == first
    catalogue.remove(f"facility|{first.facility}")
    assert catalogue.facility(ALIAS) == second


def official_cpm(catalogue: Catalogue, facility: str, on: dt.date) -> float | None:
    """The CPM registered for the item and valid on a day."""
    return valid_on(catalogue.registered_cpm(facility, ITEM), on.toordinal())


@pytest.mark.parametrize(
    ("on", "cpm"), [("2025-12-31", 10), ("2026-01-01", 20), ("2026-05-31", 20), ("2026-06-01", 30)]
)
def test_the_official_cpm_is_the_one_valid_on_the_day(on: str, cpm: float) -> None:
    catalogue = Catalogue(
        [
            OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=30, valid_from=day("2026-06-01")),
            OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=10),
            OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=20, valid_from=day("2026-01-01")),
        ]
    )
    assert official_cpm(catalogue, HOSPITAL, day(on)) == cpm


@pytest.mark.parametrize(
    ("on", "cpm"),
    [
        ("2025-12-31", None),
        ("2026-01-01", 20),
        ("2026-03-01", 35),
        ("2026-03-31", 35),
        ("2026-04-01", 20),
        ("2026-06-30", 20),
        ("2026-07-01", None),
        ("2026-09-01", 40),
    ],
)
def test_an_official_cpm_that_ends_leaves_none_or_the_one_it_stood_in_for(on: str, cpm: float | None) -> None:
    def registered(cpm: float, since: str, until: str | None) -> OfficialCpm:
        last = None if until is None else day(until)
        return OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=cpm, valid_from=day(since), valid_until=last)

    campaign, year = registered(35, "2026-03-01", "2026-03-31"), registered(20, "2026-01-01", "2026-06-30")
    catalogue = Catalogue([campaign, year, registered(40, "2026-09-01", None)])
    assert official_cpm(catalogue, HOSPITAL, day(on)) == cpm


def test_no_official_cpm_is_none_not_zero() -> None:
    later = OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=30, valid_from=day("2026-06-01"))
    catalogue = Catalogue([later])
    assert official_cpm(catalogue, HOSPITAL, day("2026-05-31")) is None
    assert official_cpm(catalogue, OTHER, day("2026-06-01")) is None
    catalogue.remove(f"official_cpm|{HOSPITAL}|{ITEM}|2026-06-01")
    assert official_cpm(catalogue, HOSPITAL, day("2026-06-01")) is None


def test_the_revision_rises_with_a_change_and_only_then() -> None:
    catalogue = Catalogue([medicine()])
    before = catalogue.revision
    catalogue.put(medicine())
    catalogue.remove("item|000.000.0000.00")
    assert catalogue.revision == before
    catalogue.put(medicine(name="new"))
    assert catalogue.revision > before


def test_a_change_concerns_the_positions_it_is_about() -> None:
    catalogue = Catalogue([medicine(), hospital()])
    keys = [f"{HOSPITAL}|{ITEM}", f"{OTHER}|{ITEM}", f"{HOSPITAL}|010.000.0001.00", f"{OTHER}|010.000.0001.00"]

    def concerned(entry: CatalogueEntry) -> list[int]:
        before = catalogue.revision
        catalogue.put(entry)
        concerns = catalogue.changed_since(before)
        return [number for number, key in enumerate(keys) if concerns(key)]

    assert concerned(medicine(name="new")) == [0, 1]
    assert concerned(hospital(name="new")) == [0, 2]
    assert concerned(OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=1)) == [0]
    assert concerned(medicine(name="new")) == []


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (medicine(item="0100005432 00"), "expected 010.000.5432.00"),
        (hospital(facility="dfims000604"), "expected DFIMS000604"),
        (hospital(aliases=("dfims000777",)), "expected DFIMS000777"),
        (OfficialCpm(facility="dfims000604", item=ITEM, cpm=1), "expected DFIMS000604"),
        (medicine(item="aspirin"), "no item code"),
        (hospital(timezone="Mexico/City"), "timezone"),
        (hospital(timezone=""), "timezone"),
        (hospital(timezone="America"), "timezone"),
        (hospital(timezone="../etc/passwd"), "timezone"),
    ],
)
def test_an_entry_the_rules_cannot_rest_on_is_refused_and_the_older_stays(entry: CatalogueEntry, words: str) -> None:
    catalogue = Catalogue([hospital(), medicine()])
    before = catalogue.revision
    with pytest.raises(ValueError, match=words):
        catalogue.put(entry)
    assert (catalogue.revision, len(catalogue)) == (before, 2)


@pytest.mark.parametrize(("registered", "holds"), [(5e-324, 0), (1.4e-14, 0), (1e-6, 0), (0.001, 0.001), (1e9, 1e9)])
def test_what_a_subtraction_leaves_of_nothing_is_no_registered_cpm(registered: float, holds: float) -> None:
    catalogue = Catalogue([OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=registered)])
    assert catalogue.registered_cpm(HOSPITAL, ITEM) == ((0, holds),)
