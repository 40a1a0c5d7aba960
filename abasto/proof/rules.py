"""What a person writes on the command line about rules and time, turned into the rules' own terms."""

import datetime as dt

from abasto.terminal import Failure
from supply.calendar import milliseconds
from supply.rules import CPM_POLICIES, CpmPolicy, Rules


def policy_named(name: str) -> CpmPolicy:
    """A CPM policy by its name."""
    policy = CPM_POLICIES.get(name)
    if policy is None:
        raise Failure(f"there is no CPM policy {name}; known are {', '.join(sorted(CPM_POLICIES))}")
    return policy


def rules_named(policy: str) -> Rules:
    """The default rules with a CPM policy."""
    return Rules(cpm=policy_named(policy))


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
