"""`expiry_risk` (riesgo de caducidad): pieces will pass their date unused, at the use of the past."""

from supply.assessment import Assessment, Place
from supply.bounds import Bounds
from supply.expiring import NEAR_DAYS, first_date
from supply.finding import NOT_APPLICABLE, Finding, Rule, severity_for
from supply.language import Language, Sentences, agreeing, date_of
from supply.projection import DUST_PIECES, unused_at_expiry
from supply.rules import AlertTiming


def _worth_telling(assessment: Assessment, timing: AlertTiming) -> float:
    """The pieces from which a loss is told: a share of a month's use, and no less than some pieces."""
    a_month = assessment.cpm.value if assessment.instead is None else assessment.instead.cpm
    return max(timing.enter_pieces, timing.enter_share * (a_month or 0.0))


def _is_use_known(assessment: Assessment) -> bool:
    """Whether something tells what will be used. After months without stock that is a plan, or what stands in for the
    CPM."""
    return assessment.planned is not None or assessment.instead is not None or assessment.observed_cpm is not None


def judge(assessment: Assessment, place: Place, timing: AlertTiming) -> Finding:
    """Enters when what expires unused within the horizon is `enter_share` of a month's use, `enter_pieces` at least;
    leaves below `leave_factor` times that. Without a CPM nobody knows what will be used.

    High when the first are lost within 60 days, else medium.
    """
    if assessment.usable is None or not _is_use_known(assessment):
        return NOT_APPLICABLE
    unused, enters = assessment.projection.expires_unused, _worth_telling(assessment, timing)
    over = unused < enters * timing.leave_factor
    if over:
        return NOT_APPLICABLE
    near = first_date(assessment) - assessment.day < NEAR_DAYS
    return Finding(unused >= enters, over=False, severity=severity_for("high" if near else "medium", place.item.ven))


def keep(assessment: Assessment, _place: Place, timing: AlertTiming, is_open: bool, bounds: Bounds) -> None:
    """Even if nothing were used until then, less would expire unused than is worth telling."""
    if is_open:
        bounds.never()
        return
    lots = assessment.observed.lots
    if not lots or not _is_use_known(assessment):
        return
    enters = _worth_telling(assessment, timing)
    days = bounds.until_day - assessment.day
    while days > 1:
        later = [(last_day - days + 1, pieces) for last_day, pieces in lots]
        losses = unused_at_expiry(later, assessment.use)
        unused = 0.0 - sum([pieces for day, pieces in losses if day <= bounds.horizon_days])
        if unused < enters - DUST_PIECES:
            break
        days //= 2
    bounds.until(assessment.day + max(1, days))


def explain(assessment: Assessment, _place: Place, language: Language) -> str:
    """The sentence of the alert."""
    unused = assessment.projection.expires_unused
    if round(unused, 1) <= 0:
        nothing = language.say("Nada caducaría sin usarse", "Nothing would expire unused")
        return f"{nothing}; {language.stock(assessment).lower()}; {language.consumption(assessment)}."
    if not _is_use_known(assessment):
        unknown = language.say("No se sabe cuánto caducaría sin usarse", "What would expire unused is not known")
        return f"{unknown}: {language.no_use(assessment)}; {language.stock(assessment).lower()}."
    quantity, first = round(unused, 1), date_of(first_date(assessment))
    lost = language.pieces(quantity)
    told = language.say(
        agreeing(
            quantity,
            f"Al ritmo de consumo caducaría sin usarse {lost}, el {first}",
            f"Al ritmo de consumo caducarían sin usarse {lost}, las primeras el {first}",
        ),
        f"At the present use {lost} would expire unused, {agreeing(quantity, 'on', 'the first on')} {first}",
    )
    return f"{told}; {language.standing(assessment)}."


def advise(assessment: Assessment, _place: Place, _finding: Finding) -> Sentences:
    """What to do. Of what is on order it says nothing: what comes is used after what expires first, so that to order
    less saves no piece of it, and to have too much is a surplus."""
    if assessment.observed.unmet > 0:
        return Sentences(
            "Surta primero a quien quedó sin surtir aquí y ofrezca lo demás que caducaría a una unidad que lo use "
            "antes.",
            "Serve first who went without here, and offer what else would expire to a facility that will use it in "
            "time.",
        )
    return Sentences(
        "Ofrezca lo que caducaría a una unidad que lo use antes.",
        "Offer what would expire to a facility that will use it in time.",
    )


RULE = Rule(
    "expiry_risk",
    Sentences("Riesgo de caducidad", "Risk of expiry"),
    # A tenth of a month's use, and one piece: of these medicines one is worth a telephone call.
    AlertTiming(hold_days=1.0, clear_days=1.0, enter_share=0.1, enter_pieces=1.0, leave_factor=0.5),
    judge,
    keep,
    explain,
    advise,
)
