"""Whatever event is admitted, the rules go on, and publish no number that is none.

A shard cannot skip an event that its rules fail on: an exception here would stop a worker for good.
"""

import datetime as dt
import math
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import CatalogueEntry, OfficialCpm, PlannedUse
from schemas.channels import TOPIC_OF
from schemas.dead_letters import BadRecord
from schemas.decode import decode_event
from schemas.events import Envelope
from supply.cpm_policy import CpmPolicy, Outflows
from supply.intake import Intake
from supply.policy_choice import PolicyChoices
from supply.rules import Rules
from tests.events import HOSPITAL, ITEM, ms
from tests.thoroughness import cases
from tests.unit.supply.plans import profile
from tests.unit.supply.shelf import Shelf, hospital, medicine

NOW = "2026-06-01"
FIRST, RECENT, LAST = (dt.datetime.fromisoformat(day) for day in ("2001-01-01", "2026-01-01", NOW))

KINDS: dict[str, type[Envelope]] = {str(kind.__struct_config__.tag): kind for kind in TOPIC_OF}

amounts = (
    st.integers(0, 1_000_000_000) | st.integers(0, 30) | st.integers(0, 30) | st.decimals(0, 9, places=1).map(float)
)
dates = st.dates(dt.date(2001, 1, 1), dt.date(2199, 12, 31)) | st.dates(dt.date(2026, 1, 1), dt.date(2026, 9, 1))
zones = st.sampled_from([dt.timezone(dt.timedelta(hours=hours)) for hours in (-12, -6, 0, 14)])
instants = st.datetimes(FIRST, LAST, timezones=zones) | st.datetimes(RECENT, LAST, timezones=zones)
orders = st.sampled_from(["P-1", "P-2"])
lots = st.lists(
    st.fixed_dictionaries(
        {"lot": st.sampled_from(["A", "B"]), "expires_on": dates, "quantity": st.integers(0, 10)},
        optional={"state": st.sampled_from(["available", "quarantined"])},
    ),
    max_size=3,
)
FIELDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "delta": {"delta": amounts | amounts.map(lambda amount: -amount)},
    "order": {"order": orders},
    "expected_on": {"expected_on": dates},
    "reason": {"reason": st.sampled_from(["lost", "expired", "found", "correction"])},
    "period": {"period": st.dates(dt.date(2001, 1, 1), dt.date(2026, 6, 1)).map(lambda day: f"{day:%Y-%m}")},
    "quantity": {"quantity": amounts},
}
OPTIONAL = {
    "line": st.sampled_from(["1", "2"]),
    "deadline": dates,
    "lots": lots,
    "stockout_days": st.integers(0, 31),
    "order": orders,
    "quantity": amounts,
}


@st.composite
def records(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(KINDS)))
    names = KINDS[kind].__struct_fields__
    body: dict[str, Any] = {
        "type": kind,
        "id": draw(st.uuids()).hex,
        "source": "urn:test",
        "facility": HOSPITAL,
        "item": ITEM,
    }
    body["time"] = draw(instants).isoformat()
    for name in names:
        for field, values in FIELDS.get(name, {}).items():
            body[field] = draw(values)
        if name in OPTIONAL and draw(st.booleans()):
            body[name] = draw(OPTIONAL[name])
    return body


def numbers(message: Any) -> list[float]:
    """Every number in a message."""
    if isinstance(message, dict):
        message = list(message.values())
    if isinstance(message, list):
        return [number for each in message for number in numbers(each)]
    return [message] if isinstance(message, (int, float)) else []


flows = st.sampled_from(["dispensed", "issued", "both"])


@st.composite
def policies(draw: st.DrawFn) -> CpmPolicy:
    """Any policy that does not contradict itself."""
    window_months = draw(st.integers(1, 6))
    window: Any = draw(st.sampled_from(["complete_months", "running_month", "rolling"]))
    window_days: Any = draw(st.sampled_from(["nominal", "calendar"]))
    lengths = [30.0, 30.4375, 30.5, *([None] if window != "rolling" and window_days == "nominal" else [])]
    return CpmPolicy(
        name="drawn",
        window_months=window_months,
        window=window,
        window_days=window_days,
        month_days=draw(st.sampled_from(lengths)),
        method=draw(st.sampled_from(["none", "normalised", "ratio", "skip"])),
        full_month_out=draw(st.sampled_from(["left_out", "uncorrected", "zero"])),
        idle_months=draw(st.sampled_from(["counted", "left_out"])),
        before_first=draw(st.sampled_from(["left_out", "counted"])),
        least_months=draw(st.integers(1, min(3, window_months))),
        least_days=draw(st.sampled_from([0, 10])),
        outflows=draw(st.builds(Outflows, hospital=flows, warehouse=flows, mixing_centre=flows)),
        unmet_counts=draw(st.booleans()),
        rounding=draw(st.sampled_from(["none", "up"])),
    )


pieces = st.integers(0, 60).map(float) | st.floats(0) | st.sampled_from([1e9, 1e308])
lately = st.dates(dt.date(2026, 1, 1), dt.date(2026, 9, 1))
days = st.sampled_from([dt.date.min, dt.date.max]) | st.dates() | lately


def is_taken(entry: CatalogueEntry) -> bool:
    """Whether a worker takes an entry over from the catalogue's topic."""
    try:
        return bool(msgspec.json.decode(msgspec.json.encode(entry), type=CatalogueEntry) == entry)
    except msgspec.ValidationError:
        return False


@st.composite
def registered(draw: st.DrawFn) -> list[CatalogueEntry]:
    """Official CPM, one after the other or at once, and a plan, as far as they are taken."""
    official = st.builds(
        OfficialCpm,
        facility=st.just(HOSPITAL),
        item=st.just(ITEM),
        cpm=pieces,
        valid_from=st.none() | st.none() | days,
        valid_until=st.none() | st.none() | days,
    )
    entries: list[CatalogueEntry] = [*draw(st.lists(official, max_size=3))]
    turns = sorted(draw(st.lists(lately, max_size=6, unique=True)))
    planned = [
        PlannedUse(first, draw(pieces), draw(st.none() | st.just(last)), draw(st.none() | st.integers(0, 9)))
        for first, last in zip(turns[::2], turns[1::2], strict=False)
    ]
    return [entry for entry in (*entries, profile(*planned)) if is_taken(entry)]


@given(
    st.lists(st.tuples(records(), st.sampled_from(["", "", "advance", "publish", "service"])), min_size=3, max_size=25),
    st.sampled_from(["America/Mexico_City", "America/Tijuana", "America/Havana", "Pacific/Apia", "UTC"]),
    st.sampled_from(["hospital", "warehouse", "mixing_centre"]),
    st.integers(0, 3),
    policies(),
    registered(),
)
@cases(150)
def test_no_admitted_event_stops_the_rules_or_makes_a_number_that_is_none(
    steps: list[tuple[dict[str, Any], str]],
    zone: str,
    kind: Any,
    decimals: int,
    policy: CpmPolicy,
    entries: list[CatalogueEntry],
) -> None:
    entries = [hospital(timezone=zone, kind=kind), medicine(decimals=decimals), *entries]
    shelf = Shelf(rules=Rules(policies=PolicyChoices(policy)), entries=entries)
    intake = Intake(shelf.catalogue)
    for body, then in steps:
        try:
            event = decode_event(msgspec.json.encode(body))
            topic = TOPIC_OF[event.__class__]
            _, event, _ = intake.admit(topic, None, msgspec.json.encode(body), (), ms(NOW))
            shelf.tell(event)
        except BadRecord:
            continue
        if then == "advance":
            shelf.advance()
        elif then:
            shelf.publish(NOW if then == "service" else None)
    shelf.until(NOW)
    for position in shelf.positions.values():
        assert position.usable is None or position.usable >= 0
        assert (position.cpm is None) == (position.cpm_inputs.state == "insufficient")
        assert position.cpm is None or (position.cpm >= 0 and math.isfinite(position.cpm))
        reckoned = position.cpm if position.stand_in_cpm is None else position.stand_in_cpm
        if position.planned is None:  # what the use after a plan is does not tell whether the stock ends within it
            assert (position.cover_days is None) == (position.usable is None or not reckoned)
        assert position.cover_days is None or (position.cover_days >= 0 and math.isfinite(position.cover_days))
        assert position.due_quantity >= 0
        assert all(due.quantity > 0 for due in position.due)
        assert (position.expires_unused is None) == (position.usable is None)
        assert 0 <= (position.expires_unused or 0) <= (position.usable or 0)
        assert all(0 <= month.days_out <= 31 for month in position.months)
        assert all(month.dispensed >= 0 and month.issued >= 0 and month.unmet >= 0 for month in position.months)
    assert all(math.isfinite(number) for message in shelf.raw.values() for number in numbers(message))
