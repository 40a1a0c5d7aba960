"""What of the catalogue's topic is an entry, for a worker and the read model alike."""

import datetime as dt
from typing import cast

import msgspec
import pytest

from schemas.catalogue import CatalogueEntry, DemandProfile, Facility, Item, PlannedUse, entry_key
from schemas.encode import to_json
from store.projections.catalogue import CatalogueChange, CatalogueProjection, LeftOut
from store.projections.records import OutputRecord
from streams.catalogue import CatalogueReader
from streams.metrics import WorkerMetrics
from streams.settings import Settings
from supply.catalogue import Catalogue
from tests.fakes.records import FakeRecord

VIAL = Item(item="010.000.5432.00", name="Filgrastim")
DAY = dt.date(2026, 4, 1)


def hospital(code: str = "NLIMS000315", **fields: str | tuple[str, ...]) -> Facility:
    return msgspec.structs.replace(Facility(facility=code, name="Monterrey", kind="hospital"), **fields)


def taken(key: bytes | None, value: bytes | None) -> bool:
    """Whether a worker and the projector both take a record over, where they agree."""
    catalogue, metrics = Catalogue(), WorkerMetrics()
    record = FakeRecord(0, value, key)
    CatalogueReader(catalogue, Settings(), metrics)._apply(record)
    projected = CatalogueProjection().decode(cast(OutputRecord, record))  # it asks for key and value alone
    assert isinstance(projected, LeftOut) == (metrics.catalogue_rejected._value.get() == 1)
    assert isinstance(projected, CatalogueChange) == (len(catalogue) == 1)
    return len(catalogue) == 1


@pytest.mark.parametrize(
    "entry",
    [
        VIAL,
        hospital(aliases=("NLSIM000315",), timezone="Asia/Kathmandu"),
        Item(item=VIAL.item, name="x" * 2_000, presentation="\0"),
        DemandProfile(facility="NLIMS000315", item=VIAL.item, planned=(PlannedUse(DAY, 6),)),
    ],
)
def test_an_entry_is_taken(entry: CatalogueEntry) -> None:
    assert taken(entry_key(entry).encode(), to_json(entry))


@pytest.mark.parametrize(
    "entry",
    [
        Item(item="010.000.5432.00 ", name=""),
        hospital("nlims000315"),
        hospital(aliases=("nlsim 1",)),
        hospital(timezone="Nope/X"),
        hospital(timezone="localtime"),
        hospital(timezone="posix/UTC"),
        hospital(timezone="right/America/Mexico_City"),
        hospital(state="\0"),
        hospital(country="\0"),
        hospital(state="x" * 501),
        DemandProfile(facility="NLIMS000315", item=VIAL.item, planned=(PlannedUse(DAY, 6), PlannedUse(DAY, 7))),
    ],
)
def test_what_no_entry_may_be_is_left_out(entry: CatalogueEntry) -> None:
    assert not taken(entry_key(entry).encode(), to_json(entry))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"facility|NLIMS000315", to_json(VIAL)),
        (b"item|010.000.5432.01", to_json(VIAL)),
        (None, to_json(VIAL)),
        (b"item|\xff", to_json(VIAL)),
        (b"item|010.000.5432.00", b"{broken"),
        (b"item|010.000.5432.00", b'{"entry":"item","item":"010.000.5432.00","name":' + b"[" * 100_000),
    ],
    ids=["of another kind", "of another code", "no key", "a key that is no text", "cut", "nested without end"],
)
def test_a_record_that_is_not_the_entry_of_its_key_is_left_out(key: bytes | None, value: bytes) -> None:
    assert not taken(key, value)
