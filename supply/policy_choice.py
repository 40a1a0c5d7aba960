"""Which CPM policy holds at a facility for an item: the nearest choice wins.

A choice names one or more of country, state, kind of facility, facility and item, and holds where all of them fit. Of
the choices that fit, the one that names the item is nearer than any that does not; then the facility decides, then the
kind, then the state, then the country (docs/decisions/cpm.md).
"""

import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from schemas.catalogue import Facility, FacilityKind, Item
from schemas.codes import normalise_facility, normalise_item
from supply.cpm_policy import CpmPolicy

NEAREST_FIRST = ("item", "facility", "kind", "state", "country")
"""What a choice may name, the nearest first."""


class PolicyChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A policy, by name, and where it holds."""

    policy: str
    country: str | None = None
    state: str | None = None
    kind: FacilityKind | None = None
    facility: str | None = None
    item: str | None = None


class Chosen(NamedTuple):
    """The policy that holds, and what its choice named, the widest first; nothing for the one that holds everywhere."""

    policy: CpmPolicy
    chosen_by: tuple[str, ...] = ()


_Names = tuple[str | None, ...]


def _plain(name: str) -> str:
    """Country and state as people spell them alike: without case, accents and outer blanks."""
    decomposed = unicodedata.normalize("NFKD", name.strip().casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def _names(choice: PolicyChoice) -> _Names:
    """What a choice names, in the order of `NEAREST_FIRST` and in canonical spelling.

    Raises:
        ValueError: a code that is none, or nothing named.
    """
    names = (
        None if choice.item is None else normalise_item(choice.item),
        None if choice.facility is None else normalise_facility(choice.facility),
        choice.kind,
        None if choice.state is None else _plain(choice.state),
        None if choice.country is None else _plain(choice.country),
    )
    if "" in names:
        raise ValueError("names a state or country without a name")
    if not any(names):
        raise ValueError(f"names none of {', '.join(reversed(NEAREST_FIRST))}; what holds everywhere is cpm.policy")
    return names


class PolicyChoices:
    """The choices of a health system, laid out so that a look-up asks once for each combination of names in use.

    Raises:
        ValueError: naming the choice (by its number from 1) and what is wrong with it.
    """

    def __init__(self, everywhere: CpmPolicy, choices: Iterable[tuple[PolicyChoice, CpmPolicy]] = ()) -> None:
        self.everywhere = Chosen(everywhere)
        self._choices: list[PolicyChoice] = []
        self._chosen: dict[_Names, Chosen] = {}
        for number, (choice, policy) in enumerate(choices, 1):
            try:
                names = _names(choice)
            except ValueError as wrong:
                raise ValueError(f"choice {number} {wrong}") from None
            if names in self._chosen:
                raise ValueError(f"choice {number} names the same as one before it; which of the two is meant?")
            by = tuple(word for word, name in zip(NEAREST_FIRST, names, strict=True) if name is not None)[::-1]
            self._chosen[names] = Chosen(policy, by)
            self._choices.append(choice)
        named = {tuple(name is not None for name in names) for names in self._chosen}
        self._named_nearest_first = sorted(named, reverse=True)

    def names_unknown(self, facilities: Iterable[Facility], items: Iterable[Item]) -> list[str]:
        """What choices name that no facility or item has, as `state 'Pueblaa' (choice 1)`: a slip of the pen, or one
        that is still to come. A choice that names it holds nowhere."""
        known: dict[str, set[str]] = {word: set() for word in NEAREST_FIRST}
        known["item"].update(item.item for item in items)
        for place in facilities:
            known["facility"].update((place.facility, *place.aliases))
            known["kind"].add(place.kind)
            known["state"].add(_plain(place.state))
            known["country"].add(_plain(place.country))
        return [
            f"{word} {getattr(choice, word)!r} (choice {number})"
            for number, choice in enumerate(self._choices, 1)
            for word, name in zip(NEAREST_FIRST, _names(choice), strict=True)
            if name is not None and name not in known[word]
        ]

    def policy_of(self, facility: Facility, item: Item) -> Chosen:
        """The policy of an item in a facility, by any of the facility's codes."""
        if not self._chosen:
            return self.everywhere
        here = (item.item, facility.facility, facility.kind, _plain(facility.state), _plain(facility.country))
        for named in self._named_nearest_first:
            for code in (facility.facility, *facility.aliases) if named[1] else (None,):
                place = (here[0], code, *here[2:])
                names = tuple(name if used else None for name, used in zip(place, named, strict=True))
                if (chosen := self._chosen.get(names)) is not None:
                    return chosen
        return self.everywhere
