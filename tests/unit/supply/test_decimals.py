"""An item is counted in whole pieces, or to as many decimals as its catalogue entry allows."""

import pytest

from schemas.dead_letters import BadRecord
from tests.events import counted, dispensed, lot, received
from tests.unit.supply.shelf import Shelf, medicine, position


def test_items_with_decimals_are_kept_to_the_last_one() -> None:
    events = [counted(10.5, "2026-01-05"), dispensed(0.3, "2026-01-06"), dispensed(0.1, "2026-01-07")]
    found = position(*events, at="2026-01-08", entries=[medicine(decimals=1)])
    assert (found.on_hand, found.months[0].dispensed) == (10.1, 0.4)
    whole = position(
        counted(10.5, "2026-01-05"), dispensed(0.5, "2026-01-06"), at="2026-01-08", entries=[medicine(decimals=3)]
    )
    assert whole.on_hand == 10
    assert isinstance(whole.on_hand, int)


def test_a_quantity_finer_than_the_item_allows_is_a_bad_record() -> None:
    shelf = Shelf(counted(10, "2026-01-05"))
    with pytest.raises(BadRecord, match="whole pieces"):
        shelf.tell(dispensed(0.5, "2026-01-06"))
    with pytest.raises(BadRecord, match=r"lots\[0\].quantity"):
        shelf.tell(counted(10, "2026-01-06", lot(0.5, "2027-01-01")))


@pytest.mark.parametrize("quantity", [1e-9, 1e-300, 5e-324])
def test_so_is_one_of_which_nothing_is_left(quantity: float) -> None:
    shelf = Shelf(counted(10, "2026-01-05"))
    with pytest.raises(BadRecord, match=f"quantity is {quantity}, the item is kept in whole pieces"):
        shelf.tell(dispensed(quantity, "2026-01-06"))


def test_a_bad_first_record_opens_no_position() -> None:
    shelf = Shelf()
    with pytest.raises(BadRecord):
        shelf.tell(counted(0.5, "2026-01-05"))
    assert len(shelf.book) == 0


def test_an_item_that_gets_decimals_keeps_its_stock_and_takes_the_mended_record() -> None:
    stock = counted(10, "2026-01-05", lot(4, "2026-01-20"))
    shelf = Shelf(stock, dispensed(1, "2026-01-06"), received(7, "2026-02-28", lot(7, "2027-01-20"))).until(
        "2026-03-01"
    )
    shelf.catalogue.put(medicine(decimals=1))
    shelf.tell(dispensed(0.5, "2026-03-01 10:00"))
    found = shelf.publish("2026-03-02").position
    assert found.on_hand == 10 - 4 + 7 - 0.5
    assert [(month.dispensed, month.closing) for month in found.months] == [(1, 6), (0, 13), (0.5, None)]
