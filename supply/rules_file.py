"""The rules of a health system from a file (TOML): CPM policies and where they hold, cut-offs, what to watch.

watch = "all"

[cpm]
policy = "abasto"                    # what holds where no choice fits

[cpm.policies.semestral]             # a policy of one's own: another one with changes
like = "openlmis"
window_months = 6

[[cpm.choices]]                      # the nearest choice that fits wins (supply.policy_choice)
policy = "semestral"
state = "Puebla"
kind = "hospital"

[levels.hospital]                    # cut-offs where the catalogue gives the item none
min_months = 1.5

[alerts.low_stock]                   # holds and thresholds of a condition, as far as it has them
hold_days = 2

[alerts.repeat_days]                 # days after which people are reminded; 0: never
critical = 1
[wide.silent_facility]               # what concerns a facility or an item everywhere (supply.wide.thresholds)
days = 5
"""

import tomllib
from typing import Any, Literal, TypeVar

import msgspec

from schemas.alerts import SEVERITIES, Condition, Severity
from supply.calendar import calendar_of
from supply.conditions import RULES
from supply.cpm_policy import CpmPolicy
from supply.cpm_presets import CPM_POLICIES
from supply.policy_choice import PolicyChoice, PolicyChoices
from supply.rules import AlertTiming, Rules, StockLevels, Waiting
from supply.wide.thresholds import WideRules

CALENDAR = "calendar"
"""How a file says that a month has the days of the calendar: TOML knows no null."""


REPEAT = "repeat_days"
EVERY_ALERT = ("hold_days", "clear_days", "fall_days", "quiet_days")
"""What every condition has; thresholds it has where its default gives it one."""


_IN_ORDER = (
    ("critical_months", "min_months"),
    ("min_months", "max_months"),
    ("min_months", "target_months"),
    ("target_months", "max_months"),
)
"""Cut-offs of which the first may not be above the second."""


class WrongRules(ValueError):
    """A rules file that cannot be taken; the sentence names the field."""


class _CpmPart(msgspec.Struct, forbid_unknown_fields=True):
    policy: str = "abasto"
    policies: dict[str, dict[str, Any]] = {}
    choices: list[dict[str, Any]] = []


class _LevelsPart(msgspec.Struct, forbid_unknown_fields=True):
    hospital: StockLevels | None = None
    warehouse: StockLevels | None = None
    mixing_centre: StockLevels | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    watch: Literal["oncology", "all"] | None = None
    cpm: _CpmPart = msgspec.field(default_factory=_CpmPart)
    levels: _LevelsPart = msgspec.field(default_factory=_LevelsPart)
    alerts: dict[str, dict[str, Any]] = {}
    wide: WideRules = WideRules()


def rules_from(text: str) -> Rules:
    """The rules that a file's text gives, defaults for what it does not name.

    Raises:
        WrongRules: naming the field, or the line where the text is no TOML.
    """
    try:
        read = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise WrongRules(f"is no TOML: {wrong}") from None
    except RecursionError:
        raise WrongRules("is nested too deeply") from None
    file = _convert(read, _File, "")
    known = {**CPM_POLICIES, **_own_policies(file.cpm.policies)}
    everywhere = _policy_named(file.cpm.policy, known, "cpm.policy")
    choices: list[tuple[PolicyChoice, CpmPolicy]] = []
    for number, table in enumerate(file.cpm.choices, 1):
        where = f"cpm.choices[{number}]"
        choice = _convert(table, PolicyChoice, where)
        choices.append((choice, _policy_named(choice.policy, known, f"{where}.policy")))
    try:
        policies = PolicyChoices(everywhere, choices)
    except ValueError as wrong:
        raise WrongRules(f"cpm.choices: {wrong}") from None
    _check_zone(file.wide.national_shortage.timezone)
    _check_levels(file.levels, read.get("levels", {}))
    _check_wide(file.wide)
    default = Rules()
    return msgspec.structs.replace(
        default,
        policies=policies,
        levels={kind: getattr(file.levels, kind) or levels for kind, levels in default.levels.items()},
        watch=default.watch if file.watch is None else file.watch,
        timings=_timings(file.alerts),
        repeat_days={
            **default.repeat_days,
            **_repeat_days(file.alerts.get(REPEAT, {})),
        },
        wide=file.wide,
    )


def _check_zone(name: str) -> None:
    try:
        calendar_of(name)
    except (KeyError, OSError, ValueError):
        raise WrongRules(
            f"wide.national_shortage.timezone: there is no time zone {name!r}; expected one such as America/Mexico_City"
        ) from None


def _check_wide(wide: WideRules) -> None:
    silent, short = wide.silent_facility, wide.national_shortage
    if silent.days > silent.unknown_days:
        raise WrongRules(
            f"wide.silent_facility.unknown_days: {silent.unknown_days} is below days, {silent.days}: "
            "who is hardly known would be called silent before who is"
        )
    if short.severe_share < short.share:
        raise WrongRules(
            f"wide.national_shortage.severe_share: {short.severe_share:g} is below share, {short.share:g}: "
            "every shortage would be a severe one"
        )


def _check_levels(part: _LevelsPart, given: dict[str, Any]) -> None:
    """Cut-offs that contradict each other would call one stock low and a surplus, or critical and adequate, or order
    what may be lent."""
    for kind in _LevelsPart.__struct_fields__:
        levels: StockLevels | None = getattr(part, kind)
        if levels is None:
            continue
        for lower, higher in _IN_ORDER:
            if "target_months" in (lower, higher) and "target_months" not in given[kind]:
                # A target that nobody chose moves to the others (`supply.places`).
                continue
            low, high = getattr(levels, lower), getattr(levels, higher)
            if low > high:
                raise WrongRules(
                    f"levels.{kind}.{lower}: {low:g} is above {higher}, {high:g} (what the file leaves out keeps its "
                    "default): give both, the lower one first"
                )


def _timings(tables: dict[str, dict[str, Any]]) -> dict[Condition, AlertTiming]:
    """The timings that are not a condition's own; a threshold that a condition does not have is no field of its
    table."""
    default = {rule.condition: rule.timing for rule in RULES}
    timings: dict[Condition, AlertTiming] = {}
    unset = AlertTiming()
    for name, table in tables.items():
        where = f"alerts.{name}"
        if name == REPEAT:
            continue
        condition = next((known for known in default if known == name), None)
        if condition is None:
            raise WrongRules(f"{where}: there is no condition {name!r}; known are {', '.join(default)}")
        own = default[condition]
        allowed = [
            field
            for field in AlertTiming.__struct_fields__
            if field in EVERY_ALERT or getattr(own, field) != getattr(unset, field)
        ]
        for field in table:
            if field not in allowed:
                raise WrongRules(f"{where}.{field}: {name} has no such field; it has {', '.join(allowed)}")
        timing = timings[condition] = _convert({**msgspec.structs.asdict(own), **table}, AlertTiming, where)
        if timing.leave_share > timing.enter_share:
            raise WrongRules(
                f"{where}.leave_share: {timing.leave_share:g} is above enter_share, {timing.enter_share:g}: "
                "the alert would end while its condition holds"
            )
        if own.enter_days and own.leave_days and timing.enter_days > timing.leave_days:
            raise WrongRules(
                f"{where}.enter_days: {timing.enter_days:g} is above leave_days, {timing.leave_days:g}: "
                "what is that old is over and begins no alert"
            )
        if (timing.leave_factor - 1) * (own.leave_factor - 1) < 0:
            raise WrongRules(
                f"{where}.leave_factor: {timing.leave_factor:g} lies on the wrong side of 1: "
                "the alert would end while its condition holds"
            )
    return timings


def _repeat_days(table: dict[str, Any]) -> dict[Severity, float]:
    for name in SEVERITIES:
        if name in table:
            _convert(table[name], Waiting, f"alerts.{REPEAT}.{name}")
    return _convert(table, dict[Severity, float], f"alerts.{REPEAT}")


def _own_policies(tables: dict[str, dict[str, Any]]) -> dict[str, CpmPolicy]:
    own: dict[str, CpmPolicy] = {}
    for name, table in tables.items():
        where = f"cpm.policies.{name}"
        if name in CPM_POLICIES:
            raise WrongRules(f"{where}: a preset has this name already; give yours another one")
        changes = dict(table)
        like = changes.pop("like", "abasto")
        if isinstance(like, str) and like in tables and like not in own:
            raise WrongRules(f"{where}.like: the policy {like!r} does not stand above this one; put it there")
        base = _policy_named(like, {**CPM_POLICIES, **own}, f"{where}.like")
        if "name" in changes:
            raise WrongRules(f"{where}.name: the name stands in the title of the table")
        if changes.get("month_days") == CALENDAR:
            changes["month_days"] = None
        fields: dict[str, Any] = msgspec.to_builtins(base)
        if isinstance(changes.get("outflows"), dict):
            changes["outflows"] = {**fields["outflows"], **changes["outflows"]}
        own[name] = _convert({**fields, **changes, "name": name}, CpmPolicy, where)
    return own


def _policy_named(name: object, known: dict[str, CpmPolicy], where: str) -> CpmPolicy:
    policy = known.get(name) if isinstance(name, str) else None
    if policy is None:
        raise WrongRules(f"{where}: there is no CPM policy {name!r}; known are {', '.join(sorted(known))}")
    return policy


_Wanted = TypeVar("_Wanted")


def _convert(value: object, wanted: type[_Wanted], where: str) -> _Wanted:
    try:
        return msgspec.convert(value, wanted)
    except msgspec.ValidationError as wrong:
        what, _, path = str(wrong).partition(" - at `$")
        at = f"{where}{path.rstrip('`')}".lstrip(".")
        raise WrongRules(f"{at}: {what}" if at else what) from None
