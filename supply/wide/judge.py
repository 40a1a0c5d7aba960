"""The judgement of a facility, or of an item everywhere, at an instant.

Facilities are judged at their own midnights, items at those of one zone for the nation; in service both also when
something was told of them.
"""

from typing import Final

from schemas.alerts import SEVERITIES, Alert
from schemas.channels import facility_key
from supply.calendar import LocalCalendar, calendar_of
from supply.catalogue import Catalogue
from supply.finding import NOT_APPLICABLE
from supply.language import Sentences
from supply.lifecycle import Ending, Transition, follow, remembered
from supply.notice import About, notice
from supply.rules import Rules
from supply.stored import NEVER_MS
from supply.wide import national_shortage, silent_facility
from supply.wide.joining import joined, naming, told_after
from supply.wide.rhythm import DAYS_REMEMBERED, allowed_pause
from supply.wide.rule import Scene, WideRule
from supply.wide.subject import Subject, time_of

UNKNOWN_ZONE: Final = "America/Mexico_City"
"""Where the days of a facility begin that has left the catalogue."""

UNWATCHED: Final = Sentences(
    "Ya no se vigila: salió del catálogo o no tiene claves vigiladas.",
    "It is not watched any more: it has left the catalogue, or has no watched items.",
)

_FACILITIES: Final = facility_key("")


def rule_of(subject: Subject) -> WideRule:
    """What a subject is judged by."""
    return silent_facility.RULE if subject.key.startswith(_FACILITIES) else national_shortage.RULE


class Judge:
    """Judges subjects, follows their alerts and says when to look at them again.

    Args:
        catalogue: shared, may change between calls.
        rules: what to judge by.
    """

    def __init__(self, catalogue: Catalogue, rules: Rules) -> None:
        self._catalogue = catalogue
        self._rules = rules.wide
        self._repeat_days = rules.repeat_days
        self._national = calendar_of(rules.wide.national_shortage.timezone)

    def judge(self, subject: Subject, at_ms: int) -> Alert | None:
        """Judge a subject at an instant, follow its alert, and note when to look again; the alert's message if there
        is one."""
        subject.apply_notes(at_ms)
        scene = self._scene(subject, at_ms)
        told = self._follow(subject, scene)
        subject.state.looked_at = at_ms
        _forget(subject, at_ms)
        subject.state.next_at = self._next_look(subject, scene)
        return told

    def _follow(self, subject: Subject, scene: Scene) -> Alert | None:
        state, rule = subject.state, rule_of(subject)
        alert, earlier, at_ms = state.alert, state.earlier, scene.at_ms
        was_firing = alert is not None and alert.firing
        found = rule.judge(scene)
        finding = found or NOT_APPLICABLE
        if was_firing and not finding.over:
            # It stands for its places also between its thresholds: as they get worse it does.
            finding = finding._replace(holds=True)
        new = joined(rule, scene, state.told_places) if was_firing else []
        if new and scene.calendar.next_midnight(at_ms - 1) == at_ms:
            # Once a day is often enough, and a place short for an hour is none.
            finding = finding._replace(news=True)
        timing = rule.timing(self._rules)
        overruled: Ending | None = "unwatched" if found is None else None
        state.alert, transition = follow(
            alert,
            finding,
            at_ms,
            timing,
            overruled=overruled,
            earlier=earlier,
            repeat_days=0.0 if alert is None else self._repeat_days[SEVERITIES[alert.severity]],
        )
        state.earlier = remembered(earlier, transition, at_ms, timing)
        if transition is None:
            return None
        state.told_places = told_after(rule, scene, state.alert, transition, state.told_places if was_firing else [])
        facility, item = (subject.code, None) if subject.is_facility else (None, subject.code)
        said = _said(rule, scene, transition, [] if state.alert is None else new)
        return notice(About(rule.condition, facility, item), transition, at_ms, said, places=rule.places(scene))

    def _next_look(self, subject: Subject, scene: Scene) -> int:
        """An open alert is looked at daily. Without one a facility is looked at after each day it was heard and when
        its silence would begin, an item when something was told of it."""
        state, calendar, at_ms = subject.state, scene.calendar, scene.at_ms
        if state.alert is not None:
            return calendar.next_midnight(at_ms)
        upcoming = time_of(state.pending[0]) if state.pending else NEVER_MS
        if not subject.is_facility:
            return NEVER_MS if upcoming == NEVER_MS else calendar.next_midnight(max(upcoming - 1, at_ms))
        looks = [calendar.next_midnight(at) for at in state.heard.values() if at >= at_ms]
        if scene.heard:
            days = sorted(scene.heard)
            silent_from = calendar.midnight(days[-1] + 1 + allowed_pause(days, self._rules.silent_facility))
            if silent_from > at_ms:
                looks.append(silent_from)
        return min(looks, default=NEVER_MS)

    def _scene(self, subject: Subject, at_ms: int) -> Scene:
        return Scene(
            at_ms=at_ms,
            code=subject.code,
            calendar=self.calendar(subject),
            facility=self._catalogue.facility(subject.code) if subject.is_facility else None,
            item=None if subject.is_facility else self._catalogue.item(subject.code),
            places=subject.places,
            short=subject.short,
            heard={day: at for day, at in subject.state.heard.items() if at < at_ms},
            rules=self._rules,
            catalogue=self._catalogue,
        )

    def calendar(self, subject: Subject) -> LocalCalendar:
        """The calendar at whose midnights a subject is judged."""
        if not subject.is_facility:
            return self._national
        facility = self._catalogue.facility(subject.code)
        return calendar_of(UNKNOWN_ZONE if facility is None else facility.timezone)


def _forget(subject: Subject, at_ms: int) -> None:
    """Keep the newest days on which a facility was heard, and all that are still to be judged."""
    heard = subject.state.heard
    past = sorted(day for day, at in heard.items() if at < at_ms)
    for day in past[:-DAYS_REMEMBERED]:
        del heard[day]


def _said(rule: WideRule, scene: Scene, transition: Transition, new: list[str]) -> Sentences:
    if transition.ending == "unwatched":
        return UNWATCHED
    said, joining = rule.explain(scene, transition.state), naming(scene, new)
    return Sentences(joining.es + said.es, joining.en + said.en)
