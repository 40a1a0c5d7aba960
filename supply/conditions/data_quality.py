"""`data_quality` (datos dudosos): the book is below zero, or the latest count was far from it."""

from supply import english, spanish
from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.finding import NOT_APPLICABLE, Finding, Rule, Wording, date_of, severity_for
from supply.rules import AlertTiming


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when the book is below zero, or when count and book were `enter_share` of a month's use apart,
    `enter_pieces` at least. Leaves when the book is not below zero and the gap is below `leave_share` (and below
    `enter_pieces`), or its count more than `leave_days` ago: a gap of long ago is history.

    High for a book below zero, medium for a gap. Without a CPM nothing says what gap is large.
    """
    if assessment.on_hand is None:
        return NOT_APPLICABLE
    if assessment.on_hand < 0:
        return Finding(holds=True, over=False, severity=severity_for("high", place.item.ven))
    seen = assessment.observed
    use = assessment.cpm.value
    if seen.count_gap is None or seen.counted_on is None or use is None:
        return NOT_APPLICABLE
    if _is_history(assessment, seen.counted_on, timing):
        return NOT_APPLICABLE
    gap = abs(seen.count_gap)
    holds = gap >= max(timing.enter_pieces, timing.enter_share * use)
    if gap < max(timing.enter_pieces, timing.leave_share * use):
        return NOT_APPLICABLE
    return Finding(holds, over=False, severity=severity_for("medium", place.item.ven))


def _is_history(assessment: Assessment, counted_on: int, timing: AlertTiming) -> bool:
    return assessment.day - counted_on > timing.leave_days


def keep(assessment: Assessment, _place: Place, timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """Something is on hand, no count is far from the book, and the gap of an open alert is not forgotten yet."""
    bounds.stock_above(0)
    if not is_open:
        use = assessment.cpm.value
        if use is not None:
            bounds.count_gap_below(max(timing.enter_pieces, timing.enter_share * use))
        return
    bounds.count_gap_below(0)
    counted_on = assessment.observed.counted_on
    if counted_on is not None:
        bounds.until(counted_on + int(timing.leave_days) + 1)


def explain(assessment: Assessment, _place: Place) -> str:
    """The sentence of the alert in Spanish."""
    seen = assessment.observed
    if assessment.on_hand is not None and assessment.on_hand < 0:
        below = spanish.pieces(-assessment.on_hand / assessment.scale)
        return (
            f"El libro está {below} por debajo de cero: salió más de lo registrado; {spanish.consumption(assessment)}."
        )
    if not seen.count_gap or seen.counted_on is None:
        return f"Conteo y libro coinciden; {spanish.stock(assessment).lower()}."
    sign = "más" if seen.count_gap > 0 else "menos"
    return (
        f"El conteo del {date_of(seen.counted_on)} halló {spanish.pieces(abs(seen.count_gap))} {sign} que el libro; "
        f"{spanish.stock(assessment).lower()}; {spanish.consumption(assessment)}."
    )


def explain_in_english(assessment: Assessment, _place: Place) -> str:
    """The same in English."""
    seen = assessment.observed
    if assessment.on_hand is not None and assessment.on_hand < 0:
        below = english.pieces(-assessment.on_hand / assessment.scale)
        return f"The book is {below} below zero: more left than was recorded; {english.consumption(assessment)}."
    if not seen.count_gap or seen.counted_on is None:
        return f"Count and book agree; {english.stock(assessment).lower()}."
    sign = "more" if seen.count_gap > 0 else "fewer"
    return (
        f"The count of {date_of(seen.counted_on)} found {english.pieces(abs(seen.count_gap))} {sign} than the book; "
        f"{english.stock(assessment).lower()}; {english.consumption(assessment)}."
    )


def _ended(assessment: Assessment, place: Place, timing: AlertTiming) -> str:
    """Why it is over, in Spanish: the gap may still be there, and its count of long ago."""
    seen = assessment.observed
    if not seen.count_gap or seen.counted_on is None or not _is_history(assessment, seen.counted_on, timing):
        return explain(assessment, place)
    sign = "más" if seen.count_gap > 0 else "menos"
    return (
        f"La diferencia ya no se sigue: el conteo que la halló ({date_of(seen.counted_on)}, "
        f"{spanish.pieces(abs(seen.count_gap))} {sign} que el libro) tiene "
        f"{spanish.days(assessment.day - seen.counted_on)} y el plazo es de {timing.leave_days:g}; "
        f"{spanish.stock(assessment).lower()}; {spanish.consumption(assessment)}."
    )


def _ended_in_english(assessment: Assessment, place: Place, timing: AlertTiming) -> str:
    """The same in English."""
    seen = assessment.observed
    if not seen.count_gap or seen.counted_on is None or not _is_history(assessment, seen.counted_on, timing):
        return explain_in_english(assessment, place)
    sign = "more" if seen.count_gap > 0 else "fewer"
    return (
        f"The gap is not followed any longer: the count that found it ({date_of(seen.counted_on)}, "
        f"{english.pieces(abs(seen.count_gap))} {sign} than the book) is "
        f"{english.days(assessment.day - seen.counted_on)} old and the limit is {timing.leave_days:g}; "
        f"{english.stock(assessment).lower()}; {english.consumption(assessment)}."
    )


RULE = Rule(
    "data_quality",
    judge,
    keep,
    Wording(explain, "Cuente la clave y registre las entradas, salidas o mermas que faltan.", ended=_ended),
    Wording(
        explain_in_english,
        "Count the item, and record the receipts, issues or losses that are missing.",
        ended=_ended_in_english,
    ),
    # What is in doubt is not offered to others.
    silences=frozenset({"surplus"}),
)
