"""The rules as machine code, where they are (`make compiled`)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import supply.book
from tests.compiled import COMPILED

ROOT = Path(__file__).parents[3]


def test_what_is_asked_for_is_what_is_tested() -> None:
    assert (os.environ.get("ABASTO_COMPILED") == "1") == COMPILED


@pytest.mark.skipif(not COMPILED, reason="compares compiled rules with plain ones (make compiled)")
def test_compiled_and_plain_rules_give_the_same_bytes(tmp_path: Path) -> None:
    compiled = Path(supply.book.__file__).parents[1]

    def abasto(folder: Path, *arguments: str) -> None:
        subprocess.run([sys.executable, "-m", "abasto", *arguments], cwd=folder, check=True, capture_output=True)

    network = tmp_path / "network"
    abasto(ROOT, "simulate", "--seed", "7", "--months", "6", "--out", str(network))
    for name, folder in (("plain", ROOT), ("compiled", compiled)):
        events, catalogue = str(network / "events.jsonl"), str(network / "catalogue")
        abasto(folder, "replay", events, "--catalogue", catalogue, "--out", str(tmp_path / name))
    for file in ("positions.jsonl", "alerts.jsonl"):
        plain = (tmp_path / "plain" / file).read_bytes()
        assert plain.count(b"\n") > 100
        assert (tmp_path / "compiled" / file).read_bytes() == plain
