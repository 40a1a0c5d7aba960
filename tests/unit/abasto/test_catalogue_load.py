"""What is loaded agrees with what the service knows already, or nothing of it is sent."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

import abasto.catalogue.load
from abasto.catalogue.checks import check_over
from abasto.catalogue.load import load
from abasto.catalogue.topic import Known
from abasto.terminal import Failure
from schemas.catalogue import CatalogueEntry, Facility, Item, OfficialCpm, entry_key
from streams.settings import Settings

VIAL = Item(item="010.000.5432.00", name="Filgrastim")
HOSPITAL = Facility(facility="NLIMS000315", name="Monterrey", kind="hospital", aliases=("NLSIM000315",))
WITHOUT_ALIAS = msgspec.structs.replace(HOSPITAL, aliases=())
OTHER = Facility(facility="ZZREV000001", name="Otro", kind="hospital", aliases=("NLSIM000315",))


def known(*entries: CatalogueEntry) -> dict[str, CatalogueEntry]:
    return {entry_key(entry): entry for entry in entries}


def faults(there: dict[str, CatalogueEntry], *loaded: CatalogueEntry) -> list[str]:
    return check_over(there, loaded)[1]


def test_an_alias_does_not_go_over_to_another_facility() -> None:
    (fault,) = faults(known(HOSPITAL), OTHER)
    assert fault == "facility ZZREV000001, column aliases: NLSIM000315 already means facility NLIMS000315"


def test_a_facilitys_own_code_does_not_become_an_alias_of_another() -> None:
    thief = msgspec.structs.replace(OTHER, aliases=("NLIMS000315",))
    (fault,) = faults(known(WITHOUT_ALIAS), thief)
    assert fault == "facility ZZREV000001, column aliases: NLIMS000315 already means facility NLIMS000315"


def test_an_alias_does_not_become_the_own_code_of_another_facility() -> None:
    (fault,) = faults(known(HOSPITAL), Facility(facility="NLSIM000315", name="Otro", kind="hospital"))
    assert "facility NLIMS000315 as the service knows it" in fault
    assert "NLSIM000315 already means facility NLSIM000315" in fault


def test_an_alias_goes_over_when_its_facility_gives_it_up_in_the_same_load() -> None:
    assert faults(known(VIAL, HOSPITAL), OTHER, WITHOUT_ALIAS) == []


def test_loading_the_same_catalogue_again_is_no_conflict() -> None:
    assert faults(known(VIAL, HOSPITAL), VIAL, HOSPITAL) == []


def test_a_conflict_among_what_is_there_stops_only_those_who_take_part_in_it() -> None:
    there = known(HOSPITAL, OTHER)
    assert faults(there, VIAL, Facility(facility="DFIMS000604", name="Siglo XXI", kind="hospital")) == []
    assert len(faults(there, OTHER)) == 1
    assert len(faults(there, HOSPITAL)) == 1
    assert faults(there, msgspec.structs.replace(OTHER, aliases=())) == []


def test_references_are_looked_up_in_what_is_there() -> None:
    there = known(VIAL, HOSPITAL)
    assert faults(there, OfficialCpm(facility="NLIMS000315", item=VIAL.item, cpm=4)) == []
    assert faults(there, OfficialCpm(facility="NLIMS000999", item="010.000.0001.00", cpm=4)) == [
        "the official CPM of 010.000.0001.00 in NLIMS000999, column facility: NLIMS000999 is not among the facilities",
        "the official CPM of 010.000.0001.00 in NLIMS000999, column item: 010.000.0001.00 is not among the items",
    ]
    supplied = Facility(facility="DFIMS000604", name="Siglo XXI", kind="hospital", supplier="NLIMS000999")
    (fault,) = faults(there, supplied)
    assert "column supplier: NLIMS000999 is not among the facilities" in fault


def test_references_are_not_looked_up_while_only_a_part_is_there() -> None:
    assert faults(known(VIAL), OfficialCpm(facility="NLIMS000315", item=VIAL.item, cpm=4)) == []


def test_aliases_of_what_is_there_are_resolved() -> None:
    (entry,), wrong = check_over(known(VIAL, HOSPITAL), [OfficialCpm(facility="NLSIM000315", item=VIAL.item, cpm=4)])
    assert (entry, wrong) == (OfficialCpm(facility="NLIMS000315", item=VIAL.item, cpm=4), [])


class Sent:
    """What would have gone to the catalogue's topic: keys, and whether they were put."""

    def __init__(self) -> None:
        self.there: dict[str, CatalogueEntry] = {}
        self.records: list[tuple[bytes | None, bool]] = []

    def create_batch(self) -> Any:
        batch: list[tuple[bytes | None, bool]] = []

        def append(*, timestamp: float | None, key: bytes | None, value: bytes | None) -> object:
            batch.append((key, value is not None))
            return object()

        return SimpleNamespace(append=append, records=batch)

    async def send_batch(self, batch: Any, topic: str, *, partition: int) -> asyncio.Future[None]:
        self.records += batch.records
        confirmed = asyncio.get_running_loop().create_future()
        confirmed.set_result(None)
        return confirmed


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    kept = Sent()

    @asynccontextmanager
    async def producer_for(settings: Settings, topics: Iterable[str]) -> AsyncIterator[Any]:
        yield kept, dict.fromkeys(topics, 1)

    async def what_is_there(settings: Settings, partitions: int) -> Known:
        return Known(dict(kept.there), set())

    monkeypatch.setattr(abasto.catalogue.load, "producer_for", producer_for)
    monkeypatch.setattr(abasto.catalogue.load, "known", what_is_there)
    return kept


def test_nothing_is_sent_of_a_load_that_takes_an_alias_away(sent: Sent) -> None:
    sent.there = known(HOSPITAL)
    with pytest.raises(Failure, match=r"nothing was loaded: .*\n.*ZZREV000001.*NLSIM000315 .*NLIMS000315") as refused:
        asyncio.run(load([VIAL, OTHER], Settings()))
    assert "--replace" in str(refused.value)
    assert sent.records == []


def test_a_facility_that_goes_leaves_its_alias_to_another(sent: Sent) -> None:
    sent.there = known(HOSPITAL)
    asyncio.run(load([OTHER], Settings(), replace=True))
    assert sent.records == [(b"facility|ZZREV000001", True), (b"facility|NLIMS000315", False)]


def test_an_official_cpm_under_an_alias_is_sent_under_its_facility(sent: Sent) -> None:
    sent.there = known(VIAL, HOSPITAL)
    asyncio.run(load([OfficialCpm(facility="NLSIM000315", item=VIAL.item, cpm=4)], Settings()))
    ((key, put),) = sent.records
    assert put
    assert key is not None
    assert key.startswith(b"official_cpm|NLIMS000315|")
