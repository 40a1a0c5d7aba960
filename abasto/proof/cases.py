"""Verify our figures against cases: what a peer computes from given inputs, as its own tests or pages say.

A file of cases is a JSON list; of each case `id`, `function` (the name of the meaning), `inputs`, `expected` and
`tolerance` (0 where there is none) are read.
"""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from abasto.proof.meanings import FUNCTIONS, WrongInputs, asked
from abasto.terminal import Failure

SAME = 1e-12
"""Figures as far apart as this, for each unit of theirs, are the same: 0.1 + 0.2 is 0.3."""


LARGEST_TOLERANCE = 1e9
"""With an infinite one anything would agree."""


class Case(msgspec.Struct, frozen=True):
    """One case of a file."""

    id: str
    function: str
    inputs: dict[str, Any]
    expected: Any
    tolerance: Annotated[float, msgspec.Meta(ge=0, le=LARGEST_TOLERANCE)] = 0.0


class Judged(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of a case; `why` says what kept it from being computed."""

    id: str
    function: str
    verdict: Literal["agrees", "differs", "unknown"]
    expected: Any
    found: Any = None
    why: str | None = None


class CaseReport(msgspec.Struct, kw_only=True):
    """How many cases agreed and differed; `unknown` are those whose function nobody here knows."""

    agreed: int
    differ: int
    unknown: int
    cases: list[Judged]

    @property
    def all_agree(self) -> bool:
        """Whether there is nothing but agreement."""
        return not self.differ and not self.unknown


def read_cases(path: Path) -> list[Case]:
    """The cases of a file.

    Raises:
        Failure: naming the case and the field, or that the file is no JSON or holds no case.
    """
    try:
        read = msgspec.json.decode(path.read_bytes())
    except msgspec.DecodeError as wrong:
        raise Failure(f"{path} is no JSON: {wrong}") from None
    except RecursionError:
        raise Failure(f"{path} is nested too deeply") from None
    if not isinstance(read, list):
        raise Failure(f"{path}: expected a list of cases, each with id, function, inputs and expected")
    if not read:
        raise Failure(f"{path} holds no case: nothing would be verified")
    return [_case(path, number, each) for number, each in enumerate(read, 1)]


def _case(path: Path, number: int, read: object) -> Case:
    try:
        return msgspec.convert(read, Case)
    except msgspec.ValidationError as wrong:
        name = read.get("id") if isinstance(read, dict) else None
        shown = f" ({name})" if isinstance(name, str) else ""
        what, _, field = str(wrong).partition(" - at `$.")
        where = f" {field.rstrip('`')}:" if field else ""
        raise Failure(f"{path}, case {number}{shown}:{where} {what}") from None


def judge(cases: Iterable[Case]) -> CaseReport:
    """Ask each case's meaning, and compare."""
    judged = [_judged(case) for case in cases]
    verdicts = [each.verdict for each in judged]
    return CaseReport(
        agreed=verdicts.count("agrees"),
        differ=verdicts.count("differs"),
        unknown=verdicts.count("unknown"),
        cases=judged,
    )


def _judged(case: Case) -> Judged:
    if case.function not in FUNCTIONS:
        return Judged(case.id, case.function, "unknown", case.expected)
    try:
        found = asked(case.function, case.inputs)
    except WrongInputs as wrong:
        return Judged(case.id, case.function, "differs", case.expected, why=str(wrong))
    same = agrees(case.expected, found, case.tolerance)
    return Judged(case.id, case.function, "agrees" if same else "differs", case.expected, found)


def agrees(expected: Any, found: Any, tolerance: float) -> bool:
    """Whether two results are the same: numbers within the tolerance, lists and tables part by part, nothing only with
    nothing."""
    match expected, found:
        case dict(), dict():
            return expected.keys() == found.keys() and all(
                agrees(each, found[name], tolerance) for name, each in expected.items()
            )
        case list(), list() | tuple():
            return len(expected) == len(found) and all(
                agrees(one, other, tolerance) for one, other in zip(expected, found, strict=True)
            )
        case (bool(), _) | (_, bool()):
            return expected is found
        case int() | float(), int() | float():
            return math.isclose(expected, found, rel_tol=SAME, abs_tol=tolerance + SAME)
        case _:
            return bool(expected == found)
