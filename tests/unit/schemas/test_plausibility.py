"""Fields that are right by themselves and cannot be true together are refused."""

from typing import Any

import msgspec
import pytest

from schemas.decode import decode_event
from tests.unit.schemas.records import LOT, ce_headers, content, event, refusal, scheduled, structured


def accepted(body: dict[str, Any]) -> bool:
    return bool(decode_event(msgspec.json.encode(body)))


def test_lots_hold_no_more_than_was_counted_or_received() -> None:
    for kind in ("stock.counted", "arrival.received"):
        assert accepted(event(kind, quantity=60, lots=[LOT, LOT]))
        bad = refusal(event(kind, quantity=59, lots=[LOT, LOT]))
        assert (bad.fault, bad.field) == ("invalid_field", "lots")
        assert bad.reason == "lots hold 60 pieces together; expected at most the quantity, 59"


def test_the_rounding_of_a_sum_of_decimals_is_no_fault() -> None:
    tenths = [{**LOT, "quantity": 0.1}, {**LOT, "quantity": 0.2}]
    assert accepted(event(quantity=0.3, lots=tenths))
    assert refusal(event(quantity=0.299, lots=tenths)).field == "lots"


@pytest.mark.parametrize("year", ["1900", "2200", "9999"])
def test_a_placeholder_for_an_unknown_expiry_is_refused(year: str) -> None:
    bad = refusal(event(lots=[LOT, {**LOT, "expires_on": f"{year}-12-31"}]))
    assert (bad.fault, bad.field) == ("invalid_field", "lots[1].expires_on")
    assert bad.reason == (
        f"lots[1].expires_on is {year}-12-31; expected a date from the years 2001 to 2199: "
        "leave out a lot whose expiry is not known"
    )


def test_a_deadline_is_not_before_the_expected_day() -> None:
    assert accepted(scheduled(deadline="2026-02-12"))
    bad = refusal(scheduled(deadline="2026-02-11"))
    assert (bad.fault, bad.field) == ("invalid_field", "deadline")
    assert bad.reason == "deadline is 2026-02-11; expected a date not before expected_on, 2026-02-12"


@pytest.mark.parametrize("field", ["expected_on", "deadline"])
def test_an_order_is_expected_in_a_year_that_can_be(field: str) -> None:
    bad = refusal(scheduled(**{field: "2200-01-01"}))
    assert (bad.fault, bad.field) == ("invalid_field", field)
    assert bad.reason == f"{field} is 2200-01-01; expected a date from the years 2001 to 2199"


@pytest.mark.parametrize("reason", ["lost", "damaged", "expired", "quarantined"])
def test_a_loss_takes_pieces_away(reason: str) -> None:
    assert accepted(event("stock.adjusted", delta=-1, reason=reason))
    bad = refusal(event("stock.adjusted", delta=1, reason=reason))
    assert (bad.field, bad.reason) == ("delta", f"delta is 1 with reason {reason}; expected a number below 0")


@pytest.mark.parametrize("reason", ["found", "released"])
def test_a_gain_adds_pieces(reason: str) -> None:
    assert accepted(event("stock.adjusted", delta=1, reason=reason))
    bad = refusal(event("stock.adjusted", delta=-1, reason=reason))
    assert (bad.field, bad.reason) == ("delta", f"delta is -1 with reason {reason}; expected a number above 0")


def test_a_correction_goes_either_way_but_changes_something() -> None:
    for delta in (1, -1, 0.001):
        assert accepted(event("stock.adjusted", delta=delta, reason="correction"))
    for nothing in (0, 0.0, -0.0):
        bad = refusal(event("stock.adjusted", delta=nothing, reason="correction"))
        assert (bad.field, bad.reason) == ("delta", "delta is 0; expected the pieces added or taken away")


def test_a_line_belongs_to_an_order() -> None:
    assert accepted(event("arrival.received", order="PO-1", line="2"))
    bad = refusal(event("arrival.received", line="2"))
    assert (bad.fault, bad.field) == ("missing_field", "order")
    assert bad.reason == "order is missing; expected the order that the line belongs to"


def test_cloud_events_must_make_sense_too() -> None:
    assert refusal(structured(event(quantity=59, lots=[LOT, LOT]))).field == "lots"
    old = event(time="2000-12-31T23:59:59Z")
    assert refusal(content(old), ce_headers(old)).field == "time"


@pytest.mark.parametrize("text", ["Niño\u00a0Jesús", "a\u200bb", "\u202eabc", "\U0001f48a", "\x7f"])
def test_unusual_text_is_taken(text: str) -> None:
    assert decode_event(msgspec.json.encode(event(id=text))).id == text
    # The same through the careful path, which a backslash takes.
    assert decode_event(msgspec.json.encode(event(id=text, note="\\"))).id == text
