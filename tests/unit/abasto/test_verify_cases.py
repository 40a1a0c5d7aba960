"""Our figures against the cases of other systems: `abasto verify cases`."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from abasto.cli import app
from abasto.proof.cases import agrees, judge, read_cases
from abasto.proof.meanings import FUNCTIONS
from abasto.terminal import Failure

GOLDEN = Path(__file__).parents[1] / "supply" / "golden" / "peer_cases.json"
SHARED = Path(__file__).parents[4] / "shared" / "golden" / "peer_cases.json"

run = CliRunner().invoke

CASE: dict[str, Any] = {
    "id": "bhima-001",
    "function": "bhima_amc_default",
    "inputs": {"consumed": 580, "stock_days": 365},
    "expected": 48.47,
    "tolerance": 0,
}


def written(folder: Path, *cases: object) -> Path:
    file = folder / "cases.json"
    file.write_text(json.dumps(cases))
    return file


def test_every_golden_case_agrees() -> None:
    report = judge(read_cases(GOLDEN))
    assert [case.id for case in report.cases if case.verdict != "agrees"] == []
    assert report.agreed == 85


def test_every_meaning_has_a_case() -> None:
    assert {case.function for case in read_cases(GOLDEN)} == set(FUNCTIONS)


@pytest.mark.skipif(not SHARED.exists(), reason="the golden cases are not beside this checkout")
def test_the_golden_cases_are_those_beside_the_checkout() -> None:
    assert json.loads(GOLDEN.read_bytes()) == json.loads(SHARED.read_bytes())


def test_each_case_has_its_line_and_the_last_line_counts(tmp_path: Path) -> None:
    shown = run(app, ["verify", "cases", str(written(tmp_path, CASE))])
    assert shown.exit_code == 0
    assert shown.output.splitlines() == ["agrees   bhima-001      bhima_amc_default: 48.47", "1 agreed, 0 differ"]


def test_a_case_that_differs_shows_both_figures_and_is_status_1(tmp_path: Path) -> None:
    shown = run(app, ["verify", "cases", str(written(tmp_path, {**CASE, "expected": 48.5}, CASE))])
    assert shown.exit_code == 1
    first, _, last = shown.output.splitlines()
    assert first.endswith("bhima_amc_default: expected 48.5, found 48.47")
    assert last == "1 agreed, 1 differ"


def test_a_tolerance_is_a_distance(tmp_path: Path) -> None:
    near = {**CASE, "expected": 48.5, "tolerance": 0.03}
    assert judge(read_cases(written(tmp_path, near))).agreed == 1
    assert judge(read_cases(written(tmp_path, {**near, "tolerance": 0.02}))).differ == 1


@pytest.mark.parametrize(("tolerance", "why"), [(-1, ">= 0"), (1e300, "<= 1000000000")])
def test_a_tolerance_below_zero_or_without_bounds_is_refused(tmp_path: Path, tolerance: float, why: str) -> None:
    shown = run(app, ["verify", "cases", str(written(tmp_path, {**CASE, "tolerance": tolerance}))])
    assert shown.exit_code == 1
    assert "case 1 (bhima-001): tolerance: " in shown.output
    assert why in shown.output


def test_a_function_that_nobody_knows_is_reported_and_not_passed(tmp_path: Path) -> None:
    file = written(tmp_path, CASE, {**CASE, "id": "x-1", "function": "average_of_tomorrow"})
    shown = run(app, ["verify", "cases", str(file)])
    assert shown.exit_code == 1
    assert "unknown  x-1            average_of_tomorrow: no such function here" in shown.output
    assert shown.output.splitlines()[-2:] == ["1 of no function known here", "1 agreed, 0 differ"]


def test_a_file_without_cases_is_no_agreement(tmp_path: Path) -> None:
    shown = run(app, ["verify", "cases", str(written(tmp_path))])
    assert shown.exit_code == 1
    assert "agreed" not in shown.output


def test_as_json(tmp_path: Path) -> None:
    shown = run(app, ["verify", "cases", str(written(tmp_path, CASE, {**CASE, "expected": None})), "--json"])
    assert shown.exit_code == 1
    told = json.loads(shown.output)
    assert (told["agreed"], told["differ"], told["unknown"]) == (1, 1, 0)
    assert told["cases"][1] == {
        "id": "bhima-001",
        "function": "bhima_amc_default",
        "verdict": "differs",
        "expected": None,
        "found": 48.47,
    }


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({"consumed": 580}, "inputs: Object missing required field `stock_days`"),
        ({"consumed": "many", "stock_days": 365}, "inputs.consumed: Expected `float`, got `str`"),
        ({"consumed": 580, "stock_days": 365, "months": 1}, "inputs: Object contains unknown field `months`"),
    ],
)
def test_inputs_that_do_not_fit_name_the_field(tmp_path: Path, inputs: dict[str, Any], said: str) -> None:
    (case,) = judge(read_cases(written(tmp_path, {**CASE, "inputs": inputs}))).cases
    assert (case.verdict, case.why) == ("differs", said)


@pytest.mark.parametrize(
    ("function", "inputs", "said"),
    [
        ("bhima_amc_default", {"consumed": 1e308, "stock_days": 1e-9}, "beyond the largest number"),
        (
            "msupply_projection",
            {"soh": 5, "amc": 1, "delivery": 0, "delivery_day_index": 0, "days": 10**12},
            "days: 1000000000000 are more than 3653",
        ),
    ],
)
def test_inputs_without_a_sensible_result_have_none(
    tmp_path: Path, function: str, inputs: dict[str, Any], said: str
) -> None:
    (case,) = judge(read_cases(written(tmp_path, {**CASE, "function": function, "inputs": inputs}))).cases
    assert (case.verdict, case.why) == ("differs", f"inputs: there is no result for them ({said})")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[", "is no JSON"),
        ("[" * 5000 + "]" * 5000, "is nested too deeply"),
        ("{}", "expected a list of cases"),
        ("[]", "holds no case: nothing would be verified"),
        ("[7]", "case 1: Expected `object`, got `int`"),
        ('[{"id": "a-1", "inputs": {}, "expected": 1}]', r"case 1 \(a-1\): Object missing required field `function`"),
        (
            '[{"id": "a-1", "function": "qat_amc", "inputs": [], "expected": 1}]',
            r"case 1 \(a-1\): inputs: Expected `object`, got `array`",
        ),
    ],
)
def test_a_malformed_file_is_refused_by_case_and_field(tmp_path: Path, content: str, said: str) -> None:
    file = tmp_path / "cases.json"
    file.write_text(content)
    with pytest.raises(Failure, match=said):
        read_cases(file)


@pytest.mark.parametrize(
    ("expected", "found", "same"),
    [
        (None, None, True),
        (None, 0, False),
        (0, None, False),
        (0, 0.0, True),
        (0.3, 0.1 + 0.2, True),
        (1, True, False),
        ([1, 2], [1, 2], True),
        ([1, 2], [1, 2, 3], False),
        ({"2026-01": [1, 0]}, {"2026-01": [1, 0]}, True),
        ({"2026-01": [1, 0]}, {}, False),
        ("a", "b", False),
    ],
)
def test_results_are_the_same_part_by_part(expected: Any, found: Any, same: bool) -> None:
    assert agrees(expected, found, 0) is same
