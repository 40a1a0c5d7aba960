"""Places that join an alert which fires already: they make a message of their own, once a day at the most.

A place is told once between two reminders, whatever it does in between: one that is short every other day is no news
every other day, and one that leaves waits for the next message, which does not list it any more.
"""

from collections.abc import Collection, Sequence
from typing import Final

from supply.language import Sentences
from supply.lifecycle import OpenAlert, Transition
from supply.wide.rule import Scene, WideRule

NAMED: Final = 3
"""Places that a sentence names; all of them are listed."""


def in_trouble(rule: WideRule, scene: Scene) -> list[str]:
    """The places that an alert stands for, as it lists them: of a facility by item, of an item by facility. A surplus
    is no trouble, also where nobody can confirm it."""
    listed = [
        place.item if place.facility == scene.code else place.facility
        for place in rule.places(scene)
        if place.role != "lends"
    ]
    return [place for place in listed if scene.places[place].trouble is not None]


def joined(rule: WideRule, scene: Scene, told: Collection[str]) -> list[str]:
    """The places that an alert stands for and has not told of yet."""
    return [place for place in in_trouble(rule, scene) if place not in told]


def told_after(
    rule: WideRule, scene: Scene, alert: OpenAlert | None, transition: Transition, told: Collection[str]
) -> list[str]:
    """The places told of, once a transition is: a reminder begins the list anew, and so does an alert that begins."""
    if alert is None:
        return []
    return sorted({*in_trouble(rule, scene), *(() if transition.repeat else told)})


def naming(scene: Scene, places: Sequence[str]) -> Sentences:
    """The sentences before those of the alert, naming who joins; empty when nobody does."""
    if not places:
        return Sentences("", "")
    names = ", ".join(_name(scene, place) for place in places[:NAMED])
    more = len(places) - NAMED
    return Sentences(
        f"Se suma: {names}{f' y {more:,} más' if more > 0 else ''}. ",
        f"Joining: {names}{f' and {more:,} more' if more > 0 else ''}. ",
    )


def _name(scene: Scene, place: str) -> str:
    known = scene.catalogue.facility(place) or scene.catalogue.item(place)
    return place if known is None else known.name
