"""`data_quality` (datos dudosos): the book is below zero, the latest count was far from book and monthly sheets, or a
sheet says that there was nothing all month where count and book had stock."""

from schemas.alerts import Severity
from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.calendar import month_name
from supply.doubted_sheet import DoubtedSheet
from supply.finding import NOT_APPLICABLE, Finding, Rule, severity_for
from supply.language import Language, Sentences, date_of, percent
from supply.ledger_state import Ledger
from supply.observed import Observed
from supply.rules import AlertTiming


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when the book is below zero, or when count and book were `enter_share` of a month's use apart,
    `enter_pieces` at least, by a count or a sheet of up to `enter_days` ago: today's CPM makes no news of an older one,
    but keeps an alert that there is. Leaves when the book is not below zero and the gap is below `leave_share` (and
    below `enter_pieces`), or its count more than `leave_days` ago: a gap of long ago is history. Days
    out that cannot be (`supply.doubted_sheet`) enter by a sheet of up to `enter_days` ago, and leave when it is
    mended, or the month after it is over.

    High for a book below zero, medium for the rest. Without a CPM nothing says what gap is large.
    """
    if assessment.on_hand is None:
        return NOT_APPLICABLE
    if assessment.on_hand < 0:
        return Finding(holds=True, over=False, severity=severity_for("high", place.item.ven))
    seen, severity = assessment.observed, severity_for("medium", place.item.ven)
    doubted = seen.doubted
    told_lately = doubted is not None and assessment.day - doubted.told_on <= timing.enter_days
    found = None if told_lately else _of_gap(assessment, severity, timing)
    if found is None and doubted is not None:
        return Finding(holds=True, over=False, severity=severity, opens=told_lately)
    return found or NOT_APPLICABLE


def _of_gap(assessment: Assessment, severity: Severity, timing: AlertTiming) -> Finding | None:
    """What count and book say; `None` where they say nothing, or agree."""
    seen, use = assessment.observed, assessment.cpm.value
    if seen.count_gap is None or seen.counted_on is None or use is None:
        return None
    if _is_history(assessment, seen.counted_on, timing):
        return None
    known_on = seen.counted_on if seen.sheet_on is None else max(seen.counted_on, seen.sheet_on)
    gap = abs(seen.count_gap)
    if gap < max(timing.enter_pieces, timing.leave_share * use):
        return None
    holds = gap >= max(timing.enter_pieces, timing.enter_share * use)
    return Finding(holds, over=False, severity=severity, opens=assessment.day - known_on <= timing.enter_days)


def _is_history(assessment: Assessment, counted_on: int, timing: AlertTiming) -> bool:
    return assessment.day - counted_on > timing.leave_days


def keep(assessment: Assessment, _place: Place, timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """Something is on hand, no count is far from the book, and the gap of an open alert is not forgotten yet."""
    bounds.stock_above(0)
    seen = assessment.observed
    if seen.sheet_month is not None and assessment.month <= seen.sheet_month:
        # What a sheet tells beyond single movements changes with each of them.
        bounds.never()
    if is_open and seen.doubted is not None:
        bounds.never()
        bounds.until(assessment.day + 1)
    if not is_open:
        use = assessment.cpm.value
        if use is not None:
            bounds.count_gap_below(max(timing.enter_pieces, timing.enter_share * use))
        return
    bounds.count_gap_below(0)
    counted_on = seen.counted_on
    if counted_on is not None:
        bounds.until(counted_on + int(timing.leave_days) + 1)


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert."""
    seen = assessment.observed
    stock, consumption = language.stock(assessment).lower(), language.consumption(assessment)
    if assessment.on_hand is not None and assessment.on_hand < 0:
        below = language.pieces(-assessment.on_hand / assessment.scale)
        told = language.say(
            f"El libro está {below} por debajo de cero{language.recorded(assessment)}: salió más de lo registrado",
            f"The book is {below} below zero{language.recorded(assessment)}: more left than was recorded",
        )
        return f"{told}; {consumption}."
    if seen.doubted is not None:
        return f"{_says_out(seen.doubted, assessment.scale, language)}; {stock}; {consumption}."
    if seen.count_gap is None and seen.sheet_on is not None:
        told = language.say(
            "Falta el informe mensual con el que se compara el conteo",
            "The monthly sheet that the count is compared with is missing",
        )
        return f"{told}; {stock}."
    if not seen.count_gap or seen.counted_on is None:
        return f"{language.say('Conteo y libro coinciden', 'Count and book agree')}; {stock}."
    return f"{_found(seen.counted_on, seen, language)}; {stock}; {consumption}."


def _says_out(doubted: DoubtedSheet, scale: int, language: Language) -> str:
    month, left = month_name(doubted.month), language.pieces(doubted.left / scale)
    days = language.days(doubted.days)
    return language.say(
        f"El informe de {month} dice {days} sin existencia, y por el conteo de ese mes y el libro al final quedaban "
        f"{left}",
        f"The sheet of {month} says {days} out of stock, and by the count of that month and the book {left} were left "
        "at its end",
    )


def _found(counted_on: int, seen: Observed, language: Language) -> str:
    day, gap = date_of(counted_on), _gap(seen, language)
    return language.say(f"El conteo del {day} halló {gap}", f"The count of {day} found {gap}")


def _gap(seen: Observed, language: Language) -> str:
    gap = seen.count_gap or 0.0
    sign = language.say("más", "more") if gap > 0 else language.say("menos", "fewer")
    told = f"{language.pieces(abs(gap))} {sign}"
    if seen.sheet_on is None:
        return f"{told} {language.say('que el libro', 'than the book')}"
    return told + language.say(
        " de lo que dejan el libro y los informes mensuales", " than the book and the monthly sheets leave"
    )


def _ended(assessment: Assessment, _ledger: Ledger, place: Place, timing: AlertTiming, language: Language) -> str:
    """Why it is over: the gap may still be there, and its count of long ago, or small beside what is used now."""
    seen = assessment.observed
    if not seen.count_gap or seen.counted_on is None:
        return explain(assessment, place, language)
    use, counted_on = assessment.cpm.value, seen.counted_on
    if _is_history(assessment, counted_on, timing):
        day, gap = date_of(counted_on), _gap(seen, language)
        age, limit = language.days(assessment.day - counted_on), timing.leave_days
        told = language.say(
            f"La diferencia ya no se sigue: el conteo que la halló ({day}, {gap}) tiene {age} y el plazo es de "
            f"{limit:g}",
            f"The gap is not followed any longer: the count that found it ({day}, {gap}) is {age} old and "
            f"the limit is {limit:g}",
        )
    elif use is not None and abs(seen.count_gap) < timing.leave_share * use:
        share = percent(timing.leave_share)
        told = _found(counted_on, seen, language) + language.say(
            f", menos del {share} del consumo de un mes", f", less than {share} of a month's use"
        )
    else:
        return explain(assessment, place, language)
    return f"{told}; {language.stock(assessment).lower()}; {language.consumption(assessment)}."


def advise(assessment: Assessment, _place: Place, _finding: Finding) -> Sentences:
    """What to do."""
    if assessment.observed.doubted is not None and (assessment.on_hand or 0) >= 0:
        return Sentences(
            "Compare el informe con el conteo y envíe corregido el que no sea cierto.",
            "Compare the sheet with the count, and send again the one that is not true.",
        )
    return Sentences(
        "Cuente la clave y registre las entradas, salidas o mermas que faltan.",
        "Count the item, and record the receipts, issues or losses that are missing.",
    )


RULE = Rule(
    "data_quality",
    Sentences("Datos dudosos", "Doubtful data"),
    # The day after, what was recorded in another order has been put right. A count that is told later than a week
    # after it is not taken (`Rules.lateness_days`).
    AlertTiming(hold_days=1.0, enter_days=7.0, enter_share=0.5, leave_share=0.25, enter_pieces=5.0, leave_days=30.0),
    judge,
    keep,
    explain,
    advise,
    ended=_ended,
    # What is in doubt is not offered to others.
    silences=frozenset({"surplus"}),
)
