"""The official facts: oncology keys, high-specialty units, states, and the time zones of the states."""

import csv
from dataclasses import dataclass
from importlib.resources import files

from schemas.catalogue import VenClass

_ZONES = {"SR": "America/Hermosillo", "YN": "America/Merida", "NL": "America/Monterrey", "CL": "America/Monterrey"}
_CENTRAL = "America/Mexico_City"


@dataclass(frozen=True)
class Key:
    """An oncology key of the Compendio Nacional."""

    item: str
    name: str
    presentation: str
    form: str
    ven: VenClass | None

    @property
    def injected(self) -> bool:
        """Given in hospital, in cycles; anything else goes home with the patient for about a month."""
        return "INYECT" in self.form.upper()

    @property
    def implanted(self) -> bool:
        """One implant works for about three months."""
        return "IMPLANT" in self.form.upper()


@dataclass(frozen=True)
class Unit:
    """A high-specialty unit (UMAE)."""

    clues: str
    name: str


def _rows(name: str) -> list[dict[str, str]]:
    text = files("abasto.simulate.data").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def oncology_keys() -> list[Key]:
    """All of them, in the order of the Compendio."""
    classes: dict[str, VenClass] = {"V": "V", "E": "E", "N": "N"}
    return [
        Key(row["item"], row["generic_name"], row["presentation"], row["dosage_form"], classes.get(row["ven"]))
        for row in _rows("oncology_keys.csv")
    ]


def units() -> list[Unit]:
    """All of them, in the catalogue's order."""
    return [Unit(row["clues"], row["name"]) for row in _rows("umae.csv")]


def state_names() -> dict[str, str]:
    """The state of each CLUES prefix."""
    return {row["clues_prefix"]: row["name"] for row in _rows("states.csv")}


def zone_of(clues: str) -> str:
    """The time zone of a facility's state, of those where the network has one."""
    return _ZONES.get(clues[:2], _CENTRAL)
