"""The rules of a health system as a file: what it may say, and how it is told what is wrong."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from supply.conditions import cpm_drift, shortage
from supply.cpm_presets import CPM_POLICIES
from supply.finding import timing_of
from supply.rules import AlertTiming, Rules, StockLevels
from supply.rules_file import WrongRules, rules_from
from tests.unit.supply.shelf import hospital, medicine

DOCS = Path(__file__).parents[3] / "docs" / "rules.md"


def test_an_empty_file_leaves_the_defaults() -> None:
    rules = rules_from("")
    assert rules.policies.everywhere == Rules().policies.everywhere
    assert (rules.levels, rules.watch) == (Rules().levels, Rules().watch)


def test_a_preset_may_hold_everywhere_and_others_nearer() -> None:
    rules = rules_from("""
        [cpm]
        policy = "openlmis"
        [[cpm.choices]]
        policy = "bhima"
        kind = "warehouse"
    """)
    assert rules.policies.policy_of(hospital(), medicine()).policy is CPM_POLICIES["openlmis"]
    assert rules.policies.policy_of(hospital(kind="warehouse"), medicine()).policy is CPM_POLICIES["bhima"]


def test_a_policy_of_ones_own_is_another_one_with_changes() -> None:
    rules = rules_from("""
        cpm.policy = "doce"
        [cpm.policies.doce]
        like = "bhima"
        window_months = 12
        outflows.hospital = "both"
        [cpm.policies.trece]
        like = "doce"
        window = "complete_months"
        window_days = "nominal"
        month_days = "calendar"
        window_months = 13
        [[cpm.choices]]
        policy = "trece"
        state = "Puebla"
    """)
    twelve = rules.policies.everywhere.policy
    assert (twelve.name, twelve.window_months, twelve.method, twelve.month_days) == ("doce", 12, "ratio", 30.5)
    assert (twelve.outflows.hospital, twelve.outflows.warehouse) == ("both", "both")
    thirteen = rules.policies.policy_of(hospital(state="Puebla"), medicine()).policy
    assert (thirteen.name, thirteen.window_months, thirteen.month_days) == ("trece", 13, None)


def test_when_alerts_fire_and_how_often_people_are_reminded() -> None:
    rules = rules_from("""
        [alerts.low_stock]
        hold_days = 2
        leave_factor = 1.5
        [alerts.cpm_drift]
        enter_share = 0.5
        [alerts.repeat_days]
        critical = 1
        low = 0
    """)
    assert rules.timings["low_stock"] == AlertTiming(hold_days=2, clear_days=1, leave_factor=1.5)
    assert timing_of(cpm_drift.RULE, rules) == msgspec.structs.replace(cpm_drift.RULE.timing, enter_share=0.5)
    assert timing_of(shortage.RULE, rules) == shortage.RULE.timing
    assert rules.repeat_days == {"critical": 1, "high": 7, "medium": 14, "low": 0}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (
            "[alerts.flood]\nhold_days = 1",
            "alerts.flood: there is no condition 'flood'; known are stock_out, shortage,",
        ),
        (
            "[alerts.stock_out]\nenter_share = 1",
            "alerts.stock_out.enter_share: stock_out has no such field; it has hold_days,",
        ),
        ("[alerts.surplus]\nhold_days = -1", "alerts.surplus.hold_days: Expected `float` >= 0"),
        ("[alerts.cpm_drift]\nleave_share = 0.4", "alerts.cpm_drift.leave_share: 0.4 is above enter_share, 0.3: the"),
        ("[alerts.low_stock]\nleave_factor = 0.9", "alerts.low_stock.leave_factor: 0.9 lies on the wrong side of 1"),
        ("[alerts.surplus]\nleave_factor = 1.1", "alerts.surplus.leave_factor: 1.1 lies on the wrong side of 1"),
        ("[alerts.data_quality]\nenter_days = 31", "alerts.data_quality.enter_days: 31 is above leave_days, 30: what"),
        ("[alerts.repeat_days]\nworst = 1", "alerts.repeat_days: Invalid enum value 'worst'"),
        ("[alerts.repeat_days]\nlow = 'never'", "alerts.repeat_days.low: Expected `float`"),
        ("[alerts.repeat_days]\ncritical = -2", "alerts.repeat_days.critical: Expected `float` >= 0"),
    ],
)
def test_what_is_wrong_about_alerts_is_named(text: str, why: str) -> None:
    with pytest.raises(WrongRules) as wrong:
        rules_from(text)
    assert why in str(wrong.value)


def test_cut_offs_and_what_is_watched() -> None:
    rules = rules_from('watch = "all"\n[levels.hospital]\nmin_months = 1.5\n')
    assert rules.watch == "all"
    assert rules.levels["hospital"] == StockLevels(min_months=1.5)
    assert rules.levels["warehouse"] == StockLevels()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cpm = [", "is no TOML"),
        (f"cpm = {'[' * 3000}{']' * 3000}", "is nested too deeply"),
        ("month = 3", "unknown field `month`"),
        ('watch = "some"', "watch: Invalid enum value 'some'"),
        ('cpm.policy = "mine"', "cpm.policy: there is no CPM policy 'mine'; known are abasto, bhima"),
        ('[cpm.policies.mine]\nlike = "yours"', "cpm.policies.mine.like: there is no CPM policy 'yours'"),
        (
            '[cpm.policies.mine]\nlike = "yours"\n[cpm.policies.yours]\nlike = "bhima"',
            "cpm.policies.mine.like: the policy 'yours' does not stand above this one; put it there",
        ),
        ('[cpm.policies.mine]\nlike = "mine"', "cpm.policies.mine.like: the policy 'mine' does not stand above this"),
        ("[cpm.policies.mine]\nlike = 3", "cpm.policies.mine.like: there is no CPM policy 3"),
        ("[cpm.policies.bhima]\nwindow_months = 3", "cpm.policies.bhima: a preset has this name already"),
        ('[cpm.policies.mine]\nname = "yours"', "cpm.policies.mine.name: the name stands in the title"),
        ("[cpm.policies.mine]\nwindow_months = 0", "cpm.policies.mine.window_months: Expected `int` >= 1"),
        ('[cpm.policies.mine]\nmethod = "best"', "cpm.policies.mine.method: Invalid enum value 'best'"),
        ('[cpm.policies.mine]\noutflows.hospital = "all"', "cpm.policies.mine.outflows.hospital: Invalid enum"),
        ("[cpm.policies.mine]\nwindow = 7", "cpm.policies.mine.window: Expected `str`, got `int`"),
        ("[cpm.policies.mine]\nleast_months = 4", "cpm.policies.mine: least_months: 4 is more than the 3 months"),
        ('[[cpm.choices]]\npolicy = "bhima"', "cpm.choices: choice 1 names none of country"),
        ('[[cpm.choices]]\nstate = "Puebla"', r"cpm.choices\[1\]: Object missing required field `policy`"),
        ('[[cpm.choices]]\npolicy = "x"\nstate = "Puebla"', r"cpm.choices\[1\].policy: there is no CPM policy 'x'"),
        ('[[cpm.choices]]\npolicy = "bhima"\nkind = "shop"', r"cpm.choices\[1\].kind: Invalid enum value 'shop'"),
        ("[levels.hospital]\nmin_months = -1", "levels.hospital.min_months: Expected `float` >= 0"),
        ("[levels.hospital]\nmin_months = 5\nmax_months = 4", "levels.hospital.min_months: 5 is above max_months, 4"),
        ("[levels.warehouse]\nmin_months = 5", "levels.warehouse.min_months: 5 is above max_months, 4"),
        (
            "[levels.mixing_centre]\ncritical_months = 3\nmin_months = 1",
            "levels.mixing_centre.critical_months: 3 is above min_months, 1",
        ),
        ("[levels.hospital]\ntarget_months = 10", "levels.hospital.target_months: 10 is above max_months, 4"),
        ("[levels.hospital]\ntarget_months = 0.5", "levels.hospital.min_months: 1 is above target_months, 0.5"),
        ("[levels.shop]\nmin_months = 1", "levels: Object contains unknown field `shop`"),
        ("[levels.hospital]\nminimum = 1", "levels.hospital: Object contains unknown field `minimum`"),
    ],
)
def test_what_is_wrong_is_named(text: str, said: str) -> None:
    with pytest.raises(WrongRules, match=said):
        rules_from(text)


def test_cut_offs_may_be_one_and_the_same() -> None:
    rules = rules_from("[levels.hospital]\ncritical_months = 2\nmin_months = 2\nmax_months = 2")
    assert rules.levels["hospital"] == StockLevels(critical_months=2, min_months=2, max_months=2)


def test_the_example_of_the_documentation_is_true() -> None:
    example = DOCS.read_text().partition("```toml\n")[2].partition("```")[0]
    assert tomllib.loads(example)
    rules = rules_from(example)
    assert rules.policies.everywhere.policy.name == "abasto"
    assert rules.policies.policy_of(hospital(state="Baja California"), medicine()).policy.name == "imss-bienestar-bc"


def test_what_counts_as_a_silence_and_as_a_shortage_everywhere_may_be_set() -> None:
    wide = rules_from("""
        [wide.silent_facility]
        days = 5
        [wide.national_shortage]
        share = 0.2
        timezone = "America/Bogota"
    """).wide
    assert (wide.silent_facility.days, wide.silent_facility.rhythm_factor) == (5, 2)
    assert (wide.national_shortage.share, wide.national_shortage.timezone) == (0.2, "America/Bogota")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[wide.silent_facility]\ndays = 0", "wide.silent_facility.days"),
        (
            "[wide.silent_facility]\ndays = 9\nunknown_days = 1",
            "wide.silent_facility.unknown_days: 1 is below days, 9: who",
        ),
        (
            "[wide.national_shortage]\nsevere_share = 0.1",
            "wide.national_shortage.severe_share: 0.1 is below share, 0.3: every",
        ),
        ("[wide.national_shortage]\nshare = 1.5", "wide.national_shortage.share"),
        ('[wide.national_shortage]\ntimezone = "Mexico"', "there is no time zone 'Mexico'"),
        ("[wide.silence]\ndays = 3", "silence"),
    ],
)
def test_a_threshold_that_cannot_be_is_named(text: str, sentence: str) -> None:
    with pytest.raises(WrongRules, match=sentence):
        rules_from(text)
