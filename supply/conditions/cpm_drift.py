"""`cpm_drift` (CPM registrado distinto): what is used differs from the CPM registered for the place, month after month.

Supply is planned by the registered CPM: too low a one makes shortages, too high a one makes waste. Source: design
section 5, CPM supervision; `supply.indicators.cpm_supervision` sums the same differences.
"""

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.calendar import first_day
from supply.catalogue import valid_on
from supply.finding import NOT_APPLICABLE, Finding, Rule, severity_for
from supply.language import Language, Sentences, percent
from supply.rules import AlertTiming

LEAST_MONTHS = 2
"""One month is no drift, however far off it is."""
LATEST_MONTHS = 3
"""Within six: what was high in spring and low in summer is no drift either."""


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when |observed - registered| is above `enter_share` of the registered CPM and `enter_pieces` a month at
    least, and is sustained: so is each of the last three months by itself, and the mean of the last six, each beside
    the CPM that was registered at its end. Leaves at `leave_share`, or below `enter_pieces`.

    High when twice as much is used as registered, medium when more is, low when less is. Out of stock in every month
    of the window, nothing is observed that the registered CPM could differ from.
    """
    official, observed = valid_on(place.official, assessment.day), assessment.observed_cpm
    if official is None or observed is None:
        return NOT_APPLICABLE
    apart = abs(observed - official)
    holds = apart > timing.enter_share * official and apart >= timing.enter_pieces
    holds = holds and _is_sustained(assessment, place, official, timing.enter_share, observed > official)
    over = apart <= timing.leave_share * official or apart < timing.enter_pieces
    if observed < official:
        return Finding(holds, over, severity_for("low", place.item.ven))
    return Finding(holds, over, severity_for("high" if observed >= 2 * official else "medium", place.item.ven))


def _is_sustained(assessment: Assessment, place: Place, official: float, share: float, above: bool) -> bool:
    """Whether months say so that are known; two must be. What was registered for a campaign is not beside the months
    before it, but a first CPM is: nothing else was registered then."""
    beyond = []
    for month, pieces in assessment.by_month:
        then = valid_on(place.official, first_day(month + 1) - 1)
        registered = official if then is None else then
        beyond.append((pieces - registered if above else registered - pieces) - share * registered)
    return len(beyond) >= LEAST_MONTHS and min(beyond[-LATEST_MONTHS:]) > 0 and sum(beyond) > 0


def keep(assessment: Assessment, place: Place, _timing: AlertTiming, _is_open: bool, bounds: Bounds) -> None:
    """No other registered CPM comes into force. The observed one changes with the month."""
    for from_day, _ in place.official:
        if from_day > assessment.day:
            bounds.until(from_day)


def explain(assessment: Assessment, place: Place, language: Language) -> str:
    """The sentence of the alert."""
    official, observed = valid_on(place.official, assessment.day), assessment.observed_cpm
    stock = language.stock(assessment).lower()
    if official is None:
        told = language.say("Sin CPM registrado vigente", "No registered CPM in force")
        if observed is None:
            return f"{told}; {language.no_use(assessment)}; {stock}."
        return f"{told}, {language.say('observado', 'observed')} {language.a_month(observed)}; {stock}."
    if observed is None:
        registered, nothing = language.a_month(official), language.no_use(assessment)
        told = language.say(f"CPM registrado {registered}", f"Registered CPM {registered}")
        return f"{told}; {nothing}; {stock}."
    registered, used = language.a_month(official), language.a_month(observed)
    told = language.say(
        f"CPM registrado {registered}, observado {used}", f"Registered CPM {registered}, observed {used}"
    )
    share = f" ({percent(observed / official - 1, sign='+')})" if official > 0 else ""
    return f"{told}{share}; {stock}; {language.due(assessment)}."


def advise(_assessment: Assessment, _place: Place, _finding: Finding) -> Sentences:
    """What to do."""
    return Sentences(
        "Revise con la unidad el CPM registrado y solicite su corrección.",
        "Review the registered CPM with the facility, and ask for it to be corrected.",
    )


RULE: Rule = Rule(
    "cpm_drift",
    Sentences("CPM registrado distinto", "Registered CPM differs"),
    # The months before have said the same: no more than a day, lest what comes late on the first makes an alert.
    AlertTiming(hold_days=1.0, clear_days=1.0, enter_share=0.3, leave_share=0.2, enter_pieces=3.0),
    judge,
    keep,
    explain,
    advise,
)
