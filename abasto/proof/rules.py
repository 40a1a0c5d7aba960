"""What a person writes on the command line about rules and time, turned into the rules' own terms."""

import datetime as dt
from collections.abc import Iterable
from pathlib import Path

from abasto.terminal import Failure
from schemas.catalogue import CatalogueEntry, Facility, Item
from supply.calendar import milliseconds
from supply.cpm_policy import CpmPolicy
from supply.cpm_presets import CPM_POLICIES
from supply.policy_choice import PolicyChoices
from supply.rules import Rules
from supply.rules_file import WrongRules, rules_from


def policy_named(name: str) -> CpmPolicy:
    """A CPM policy by its name."""
    policy = CPM_POLICIES.get(name)
    if policy is None:
        raise Failure(f"there is no CPM policy {name}; known are {', '.join(sorted(CPM_POLICIES))}")
    return policy


def rules_named(policy: str) -> Rules:
    """The default rules with a CPM policy."""
    return Rules(policies=PolicyChoices(policy_named(policy)))


def rules_asked(policy: str | None, file: Path | None) -> Rules:
    """The rules of a file, or the default ones with a CPM policy."""
    if file is None:
        return rules_named(policy or "abasto")
    if policy is not None:
        raise Failure("--policy and --rules both say which CPM policy holds; give one of them")
    try:
        return rules_from(file.read_text(encoding="utf-8"))
    except WrongRules as wrong:
        raise Failure(f"{file}: {wrong}") from None
    except UnicodeDecodeError as unreadable:
        raise Failure(f"{file} is not text in UTF-8: {unreadable}") from None


def names_unknown(rules: Rules, entries: Iterable[CatalogueEntry]) -> list[str]:
    """What the choices of CPM policies name that a catalogue does not hold (`supply.policy_choice`)."""
    known = list(entries)
    facilities = [entry for entry in known if isinstance(entry, Facility)]
    return rules.policies.names_unknown(facilities, [entry for entry in known if isinstance(entry, Item)])


def instant_named(text: str) -> int:
    """Milliseconds since the epoch of an instant with an offset, or of the end of a day in UTC."""
    try:
        if len(text) == len("2026-05-31"):
            end = dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC) + dt.timedelta(days=1)
            return milliseconds(end)
        instant = dt.datetime.fromisoformat(text)
    except ValueError as error:
        raise Failure(f"{text} is no instant: expected 2026-05-31 or 2026-05-31T18:00:00-06:00 ({error})") from None
    if instant.tzinfo is None:
        raise Failure(f"{text} has no offset: expected 2026-05-31T18:00:00-06:00 or Z at the end")
    return milliseconds(instant)
