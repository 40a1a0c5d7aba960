"""An entry of the catalogue that a worker cannot take stops nobody: it is told, and the one before holds."""

import logging

import pytest

from schemas.catalogue import OfficialCpm, entry_key
from schemas.channels import CATALOGUE
from schemas.encode import to_json
from streams.catalogue import CatalogueReader
from streams.metrics import WorkerMetrics
from streams.settings import Settings
from supply.catalogue import Catalogue
from tests.events import HOSPITAL, ITEM
from tests.fakes.records import FakeRecord
from tests.unit.supply.shelf import hospital, medicine

GOOD = OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=90.0)


@pytest.mark.parametrize(
    ("number", "why"),
    [("1e308", "`float` <= 1000000000.0 - at `$.cpm`"), ("null", "got `null` - at `$.cpm`"), ("1e999", "out of range")],
)
def test_a_cpm_beyond_all_bounds_is_told_and_the_one_before_holds(
    number: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    catalogue, metrics = Catalogue([hospital(), medicine()]), WorkerMetrics()
    reader, key = CatalogueReader(catalogue, Settings(), metrics), entry_key(GOOD).encode()
    good = to_json(GOOD)
    reader._apply(FakeRecord(0, good, key))
    with caplog.at_level(logging.ERROR):
        reader._apply(FakeRecord(1, good.replace(b"90.0", number.encode()), key))
    assert catalogue.registered_cpm(HOSPITAL, ITEM) == ((0, 90.0),)
    assert metrics.catalogue_rejected._value.get() == 1
    (told,) = caplog.messages
    assert told.startswith(f"{CATALOGUE}:0:1: this entry is left out: ")
    assert why in told
