"""JSON values for property tests: mostly events, with something about them changed."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from schemas import examples
from schemas.encode import to_json
from schemas.messages import EVENT_TYPES

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-5, 40),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, 0.5, -0.5, 1_000_000_000, 1_000_000_000.5, 10**30, -(10**30)]),
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.sampled_from(["", "x" * 64, "x" * 65, "x" * 256, "x" * 257, "a\nb", "a\u0000", "quarantined", "lost", "found"]),
    st.sampled_from(["2026-01", "2026-13", "1999-12", "2026-01-31", "2026-02-30", "1999-12-31", "2200-01-01"]),
    st.sampled_from(
        [
            "2026-01-31T08:00:00-06:00",
            "2026-01-31T08:00:00.123456789Z",
            "2026-01-31T08:00:00",
            "2026-02-30T08:00:00Z",
            "2026-01-31T24:00:00Z",
            "2026-01-31T08:00:60Z",
            "1999-12-31T08:00:00Z",
            "2200-01-01T00:00:00Z",
        ]
    ),
    st.sampled_from(sorted(EVENT_TYPES)),
)

values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(codec="utf-8"), max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
"""Any JSON."""

_shown: list[dict[str, Any]] = [
    msgspec.json.decode(to_json(event)) for pair in examples.EVENTS.values() for event in pair
]
_lot = {"lot": "LT-1", "expires_on": "2026-09-30", "quantity": 1}
_fields = sorted({field for event in _shown for field in event} | {"specversion", "data", "note"})


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    """An event in plain JSON with up to three fields replaced, added or taken away; often still a good one."""
    event = dict(draw(st.sampled_from(_shown)))
    for _ in range(draw(st.integers(0, 3))):
        field = draw(st.sampled_from(sorted(event)) | st.sampled_from(_fields))
        change = draw(st.sampled_from(["replace", "replace", "remove", "lots"]))
        if change == "replace":
            event[field] = draw(values)
        elif change == "remove":
            event.pop(field, None)
        elif "lots" in event or event.get("type") in ("stock.counted", "arrival.received"):
            lot = {**_lot, draw(st.sampled_from([*sorted(_lot), "state"])): draw(scalars)}
            event["lots"] = draw(st.sampled_from([[lot], [_lot, lot], [lot, 5], lot]))
    return event
