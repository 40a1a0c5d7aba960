"""A peer comes from its own lock or is reported; it is never half there."""

from pathlib import Path

import pytest

from benchmarks.peers import installing
from benchmarks.peers.installing import NotInstalled, install, pinned


def test_a_peer_that_cannot_be_had_says_why_and_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = f"nowhere-to-be-found==1.0 --hash=sha256:{'0' * 64}\n"
    (tmp_path / "engine.txt").write_text(lock)
    monkeypatch.setattr(installing, "LOCKS", tmp_path)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for _ in range(2):
        with pytest.raises(NotInstalled, match="nowhere-to-be-found"):
            install("engine", tmp_path / "engine")


def test_what_is_installed_is_taken_until_the_lock_changes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "engine.txt").write_text("")
    ran: list[list[str]] = []
    monkeypatch.setattr(installing, "LOCKS", tmp_path)
    monkeypatch.setattr(installing, "_run", ran.append)
    folder = tmp_path / "engine"
    folder.mkdir()
    assert install("engine", folder) == str(folder / "bin" / "python")
    first = len(ran)
    install("engine", folder)
    assert len(ran) == first
    (tmp_path / "engine.txt").write_text("# another release\n")
    install("engine", folder)
    assert len(ran) == 2 * first


def test_extras_are_no_part_of_a_name() -> None:
    assert set(pinned("bytewax")) == {"bytewax"}
