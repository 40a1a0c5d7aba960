"""Which CPM policy holds where: the nearest choice wins, and the number says which it was."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import Facility
from supply.cpm_presets import ABASTO, CPM_POLICIES
from supply.policy_choice import NEAREST_FIRST, Chosen, PolicyChoice, PolicyChoices
from supply.rules import Rules
from tests.events import HOSPITAL, ITEM, counted, dispensed, issued
from tests.unit.supply.shelf import Shelf, hospital, medicine, position

PUEBLA = hospital(state="Puebla", aliases=("PLIMS000131",))


def choices(*named: dict[str, Any]) -> PolicyChoices:
    """Choices whose policies are called `p1`, `p2`, ... in their order."""
    return PolicyChoices(
        ABASTO,
        [
            (PolicyChoice(policy=f"p{number}", **names), msgspec.structs.replace(ABASTO, name=f"p{number}"))
            for number, names in enumerate(named, 1)
        ],
    )


def chosen(*named: dict[str, Any], facility: Facility = PUEBLA) -> str:
    """The name of the policy of the tests' item in a facility."""
    return choices(*named).policy_of(facility, medicine()).policy.name


COUNTRY: dict[str, Any]
STATE: dict[str, Any]
KIND: dict[str, Any]
COUNTRY, STATE, KIND = {"country": "MX"}, {"state": "Puebla"}, {"kind": "hospital"}
PLACE, MEDICINE = {"facility": HOSPITAL}, {"item": ITEM}


@pytest.mark.parametrize(
    ("farther", "nearer"),
    [
        (COUNTRY, STATE),
        (STATE, KIND),
        (KIND, PLACE),
        (PLACE, MEDICINE),
        (COUNTRY | STATE, KIND),
        (COUNTRY | STATE | KIND, PLACE),
        (COUNTRY | STATE | KIND | PLACE, MEDICINE),
        (MEDICINE, COUNTRY | MEDICINE),
        (STATE | MEDICINE, PLACE | MEDICINE),
        (KIND, STATE | KIND),
    ],
)
def test_the_nearest_choice_wins_wherever_it_stands(farther: dict[str, Any], nearer: dict[str, Any]) -> None:
    assert chosen(farther, nearer) == "p2"
    assert chosen(nearer, farther) == "p1"


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"country": "GT"},
        {"state": "Oaxaca"},
        {"kind": "warehouse"},
        {"facility": "BCIMS000118"},
        {"item": "010.000.5433.00"},
        MEDICINE | {"state": "Oaxaca"},
    ],
)
def test_a_choice_holds_only_where_all_it_names_fits(elsewhere: dict[str, Any]) -> None:
    assert chosen(elsewhere) == "abasto"
    assert chosen(COUNTRY, elsewhere) == "p1"


@pytest.mark.parametrize(
    "spelt",
    [{"state": " PUEBLA"}, {"country": "mx"}, {"facility": "dfims 000604"}, {"facility": "PLIMS000131"}],
)
def test_names_are_met_as_people_spell_them_and_facilities_by_any_of_their_codes(spelt: dict[str, Any]) -> None:
    assert chosen(spelt) == "p1"


def test_accents_do_not_matter() -> None:
    michoacan = hospital(state="Michoacán")
    assert chosen({"state": "Michoacan"}, facility=michoacan) == "p1"


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ([{}], "choice 1 names none of country, state, kind, facility, item"),
        ([STATE, {"state": "puebla "}], "choice 2 names the same as one before it"),
        ([STATE, {"item": "12"}], 'choice 2 "12" is no item code'),
        ([{"state": " "}], "choice 1 names a state or country without a name"),
    ],
)
def test_choices_that_cannot_be_told_apart_or_name_nothing_are_refused(named: list[Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        choices(*named)


def test_the_number_says_which_policy_and_what_chose_it() -> None:
    rules = Rules(policies=PolicyChoices(ABASTO, [(PolicyChoice(policy="msh", **STATE, **KIND), CPM_POLICIES["msh"])]))
    events = [counted(600, "2025-12-01"), dispensed(30, "2026-01-15"), issued(90, "2026-01-16")]
    inputs = position(*events, at="2026-02-01", rules=rules, entries=[PUEBLA]).cpm_inputs
    assert (inputs.policy, inputs.method, inputs.month_days) == ("msh", "ratio", 30.5)
    assert inputs.chosen_by == ("state", "kind")
    elsewhere = position(*events, at="2026-02-01", rules=rules).cpm_inputs
    assert (elsewhere.policy, elsewhere.chosen_by) == ("abasto", ())


def test_a_facility_that_moves_to_another_state_takes_its_policy_without_a_restart() -> None:
    rules = Rules(policies=PolicyChoices(ABASTO, [(PolicyChoice(policy="bhima", **STATE), CPM_POLICIES["bhima"])]))
    shelf = Shelf(counted(600, "2025-12-01"), dispensed(30, "2026-01-15"), rules=rules)
    assert shelf.publish("2026-02-02").position.cpm_inputs.policy == "abasto"
    shelf.catalogue.put(PUEBLA)
    shelf.tell(dispensed(1, "2026-02-03"))
    assert shelf.publish("2026-02-04").position.cpm_inputs.policy == "bhima"


def test_what_counts_by_the_policy_is_what_the_months_show() -> None:
    rules = Rules(policies=PolicyChoices(CPM_POLICIES["open-msupply"]))
    events = [counted(600, "2025-12-01"), dispensed(30, "2026-01-15"), issued(90, "2026-01-16")]
    found = position(*events, at="2026-02-01", rules=rules)
    assert [month.consumption for month in found.months if month.month == "2026-01"] == [120]
    assert found.cpm_inputs.consumption == "both"


names = st.fixed_dictionaries(
    {},
    optional={
        "country": st.sampled_from(["MX", "GT"]),
        "state": st.sampled_from(["Puebla", "Oaxaca"]),
        "kind": st.sampled_from(["hospital", "warehouse"]),
        "facility": st.sampled_from([HOSPITAL, "BCIMS000118"]),
        "item": st.sampled_from([ITEM, "010.000.5433.00"]),
    },
).filter(bool)


@given(st.lists(names, max_size=12, unique_by=lambda each: tuple(sorted(each.items()))))
def test_the_choice_is_the_greatest_of_those_that_fit(named: list[dict[str, Any]]) -> None:
    here = {"country": "MX", "state": "Puebla", "kind": "hospital", "facility": HOSPITAL, "item": ITEM}
    fitting = [number for number, each in enumerate(named, 1) if each.items() <= here.items()]

    def nearness(number: int) -> list[bool]:
        return [word in named[number - 1] for word in NEAREST_FIRST]

    found = choices(*named).policy_of(PUEBLA, medicine())
    if not fitting:
        assert found == Chosen(ABASTO)
    else:
        nearest = max(fitting, key=nearness)
        assert found.policy.name == f"p{nearest}"
        assert set(found.chosen_by) == set(named[nearest - 1])


def test_what_a_choice_names_and_the_catalogue_does_not_hold_is_known() -> None:
    """A facility may be named by any of its codes, a state without its accents."""
    held = [hospital(state="Nuevo León", aliases=("PLIMS000131",))]
    named = choices(
        {"state": "NUEVO LEON", "facility": "PLIMS000131"},
        {"state": "Nuevo Leonn", "item": ITEM},
        {"item": "010.000.9999.00", "country": "MX", "kind": "warehouse"},
    )
    assert named.names_unknown(held, [medicine()]) == [
        "state 'Nuevo Leonn' (choice 2)",
        "item '010.000.9999.00' (choice 3)",
        "kind 'warehouse' (choice 3)",
    ]
