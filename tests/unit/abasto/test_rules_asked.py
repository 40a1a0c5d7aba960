"""The rules of a file reach a replay and a worker, or are refused with a sentence."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from abasto.cli import app
from abasto.proof.rules import rules_asked
from abasto.terminal import Failure
from agents.rules import rules_of
from streams.faults import WrongSetting
from streams.settings import Settings
from supply.cpm_presets import CPM_POLICIES

run = CliRunner().invoke

RULES = """
[[cpm.choices]]
policy = "openlmis"
state = "Puebla"
"""

HOSPITALS = "facility,name,kind,state\nPLIMS000130,Puebla,hospital,Puebla\nDFIMS000604,CMN,hospital,Ciudad de México\n"


def written(folder: Path, text: str = RULES) -> Path:
    file = folder / "rules.toml"
    file.write_text(text)
    return file


def test_a_replay_judges_each_state_by_its_policy(tmp_path: Path) -> None:
    catalogue = tmp_path / "catalogue"
    catalogue.mkdir()
    (catalogue / "items.csv").write_text("item,name,oncology\n010.000.5432.00,Filgrastim,true\n")
    (catalogue / "facilities.csv").write_text(HOSPITALS)
    sheet = {"type": "consumption.reported", "source": "urn:test", "item": "010.000.5432.00", "stockout_days": 4}
    events = tmp_path / "events.jsonl"
    told = [
        {**sheet, "id": f"{code} {month}", "facility": code, "period": f"2026-0{month}", "quantity": 10}
        | {"time": f"2026-0{month + 1}-01T08:00:00-06:00"}
        for code in ("PLIMS000130", "DFIMS000604")
        for month in (1, 2, 3)
    ]
    events.write_text("".join(json.dumps(each) + "\n" for each in told))
    arguments = ["replay", str(events), "--catalogue", str(catalogue), "--out", str(tmp_path / "out")]
    shown = run(app, [*arguments, "--rules", str(written(tmp_path))])
    assert shown.exit_code == 0, shown.output
    positions = [json.loads(line) for line in (tmp_path / "out" / "positions.jsonl").read_text().splitlines()]
    found = {each["facility"]: (each["cpm"], each["cpm_inputs"]["policy"]) for each in positions}
    assert found["PLIMS000130"] == (12, "openlmis")
    assert found["DFIMS000604"] == (pytest.approx(10 * 30 / 26), "abasto")
    by = {each["facility"]: each["cpm_inputs"].get("chosen_by") for each in positions}
    assert by == {"PLIMS000130": ["state"], "DFIMS000604": None}
    assert "cpm.choices name what" not in shown.output
    typo = run(app, [*arguments, "--rules", str(written(tmp_path, RULES.replace("Puebla", "Pueblaa")))])
    assert "rules.toml: cpm.choices name what is not in" in typo.output
    assert "state 'Pueblaa' (choice 1); such a choice holds nowhere" in typo.output
    both = run(app, [*arguments, "--rules", str(written(tmp_path)), "--policy", "msh"])
    assert both.exit_code == 1
    assert "--policy and --rules both say" in both.output


def test_a_file_with_a_fault_is_refused_by_its_name_and_field(tmp_path: Path) -> None:
    file = written(tmp_path, 'cpm.policy = "mine"')
    with pytest.raises(Failure, match=r"rules\.toml: cpm\.policy: there is no CPM policy 'mine'"):
        rules_asked(None, file)
    with pytest.raises(WrongSetting, match=r"ABASTO_RULES_FILE=.*rules\.toml: cpm\.policy"):
        rules_of(Settings(rules_file=file))


def test_a_file_in_another_encoding_is_refused_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_bytes('[[cpm.choices]]\npolicy = "qat"\nstate = "Michoacán"'.encode("cp1252"))
    with pytest.raises(Failure, match=r"rules\.toml is not text in UTF-8: .*position 47"):
        rules_asked(None, file)
    with pytest.raises(WrongSetting, match=r"ABASTO_RULES_FILE=.*rules\.toml: 'utf-8' codec"):
        rules_of(Settings(rules_file=file))


def test_a_worker_takes_the_file_that_its_settings_name(tmp_path: Path) -> None:
    settings = Settings.from_environment({"ABASTO_RULES_FILE": str(written(tmp_path, 'cpm.policy = "qat"'))})
    assert rules_of(settings).policies.everywhere.policy is CPM_POLICIES["qat"]
    assert rules_of(Settings()).policies.everywhere.policy.name == "abasto"
    with pytest.raises(WrongSetting, match="cannot be read: No such file"):
        rules_of(Settings(rules_file=tmp_path / "gone.toml"))


def test_a_policy_alone_holds_everywhere() -> None:
    assert rules_asked("msh", None).policies.everywhere.policy is CPM_POLICIES["msh"]
    assert rules_asked(None, None).policies.everywhere.policy.name == "abasto"
    with pytest.raises(Failure, match="there is no CPM policy best; known are abasto"):
        rules_asked("best", None)
