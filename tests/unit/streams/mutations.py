"""What becomes of good records on their way through somebody else's hands."""

import json
from typing import Any

from hypothesis import strategies as st

from streams.ports import Headers

NESTED = (10, 900, 5_000, 60_000)
NUMBERS = ("1e999", "-0", "1" * 400, "1" * 5_000, "0.1", "1e-400", "9007199254740993", "-1", "NaN", "true", '"7"')
TEXTS = (b"\xff", b"\xed\xa0\x80", b"\x00", b"\\ud800", b"\\u0000", b"\xf0\x9f\x92\x8a", b"\xef\xbb\xbf", b"\n", b"\\")
HEADER_NAMES = ("ce_id", "CE_Type", "ce_specversion", "ce_time", "ce_source", "ce_", "content-type", "\\xff\\xfe", "")


@st.composite
def mutated(draw: st.DrawFn, good: dict[str, Any]) -> bytes:
    """A message with up to four things done to it; often it is still good."""
    value = json.dumps(good).encode()
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, max(0, len(value) - 1)))
        field = draw(st.sampled_from(sorted(good)))
        name = json.dumps(field).encode() + b": "
        match draw(st.sampled_from(["flip", "cut", "text", "number", "twice", "nest", "nest", "join"])):
            case "flip":
                value = value[:at] + bytes([draw(st.integers(0, 255))]) + value[at + 1 :]
            case "cut":
                value = value[:at]
            case "text":
                value = value[:at] + draw(st.sampled_from(TEXTS)) + value[at:]
            case "number":
                number = draw(st.sampled_from(NUMBERS)).encode()
                value = value.replace(name + json.dumps(good[field]).encode(), name + number)
            case "twice":
                value = value.replace(b"{", b"{" + name + json.dumps(good[field]).encode() + b", ", 1)
            case "nest":
                depth = draw(st.sampled_from(NESTED))
                inner = draw(st.sampled_from([(b"[", b"]"), (b'{"a":', b"}"), (b"[", b"")]))
                within = draw(st.sampled_from([b'"note": ', name]))
                value = value.replace(b"{", b"{" + within + inner[0] * depth + b"0" + inner[1] * depth + b", ", 1)
            case _:
                value += value
    return value


def headers() -> st.SearchStrategy[Headers]:
    """Headers of CloudEvents and of others, with and without sense."""
    contents = (
        st.none() | st.binary(max_size=8) | st.sampled_from([b"1.0", b"stock.counted", b"application/cloudevents+json"])
    )
    return st.lists(st.tuples(st.sampled_from(HEADER_NAMES), contents), max_size=4)
