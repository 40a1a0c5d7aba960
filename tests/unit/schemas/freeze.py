"""Freezes messages that are new: `python -m tests.unit.schemas.freeze`.

Writes the schema and the examples of every message that has none yet. What is frozen stays as it is: it stands for
the publishers and readers out there, and a change it does not pass belongs into a new type and a new topic.
"""

from pathlib import Path

import msgspec

from schemas import examples
from schemas.encode import to_json
from schemas.specs import specs
from schemas.wide_alert_examples import WIDE_ALERTS

HERE = Path(__file__).parent
SCHEMAS = HERE / "frozen" / "v1"
EXAMPLES = HERE / "examples" / "v1"


def frozen_files() -> dict[Path, bytes]:
    """The files that messages of today would be frozen to."""
    files = {SCHEMAS / name: content for name, content in specs().items() if name != "asyncapi.json"}
    shown: dict[str, tuple[msgspec.Struct, ...]] = {
        **examples.EVENTS,
        **{message.__name__: each for message, each in examples.OUTPUTS.items()},
    }
    for name, (shortest, fullest, *_) in shown.items():
        for form, example in (("minimal", shortest), ("full", fullest)):
            files[EXAMPLES / f"{name}.{form}.json"] = msgspec.json.format(to_json(example)) + b"\n"
    for alert in WIDE_ALERTS:
        files[EXAMPLES / f"Alert.{alert.condition}.json"] = msgspec.json.format(to_json(alert)) + b"\n"
    return files


if __name__ == "__main__":
    for path, content in frozen_files().items():
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
