"""`national_shortage` (desabasto nacional): an item is out, or about to be, in many of the places that need it.

A place is short of it while its `stock_out` or `shortage` fires there. Judged at the midnights of one time zone for the
whole nation. One notice for all places: theirs stay open beside it, each with its own facts, and are listed here.

| share of the places that need it | vital | essential | non-essential |
|---|---|---|---|
| below `severe_share` | high | medium | low |
| `severe_share` or more | critical | high | medium |

It is no milder than the worst of the alerts it stands for.
"""

from typing import Final, NamedTuple

from schemas.alerts import AlertPlace, AlertState, Severity
from schemas.rekeyed import StockNote
from supply.calendar import calendar_of
from supply.finding import NOT_APPLICABLE, Finding, severity_for
from supply.language import OLD_NEWS_DAYS, SPANISH, Sentences, date_of, percent
from supply.rules import AlertTiming
from supply.wide.coming import Coming, asking, coming_to, telling
from supply.wide.rule import Scene, WideRule, alert_place, counted, no_milder
from supply.wide.subject import is_short
from supply.wide.thresholds import WideRules

FRESH_DAYS: Final = 1
"""What was used yesterday is told at midnight. What rests on older records moves on with each day without one."""


class Extent(NamedTuple):
    """How far a shortage reaches: the places short of the item, those that need it, and who has a surplus. `unheard`
    had one when its stock was last told of, more than a week ago, on the day beside."""

    short: list[StockNote]
    needed_in: int
    lends: list[StockNote]
    unheard: list[tuple[StockNote, int]]

    @property
    def share(self) -> float:
        """Share of the places that need the item and are short of it."""
        return len(self.short) / self.needed_in if self.needed_in else 0.0


def extent_of(scene: Scene) -> Extent:
    """The places concerned: those without stock first, then by the day on which they run out; lenders by surplus."""
    watched = [note for note in scene.places.values() if note.watched]
    short = [note for note in watched if is_short(note)]
    short.sort(key=lambda note: (bool(note.usable), str(note.projected_stockout_on), note.facility))
    surplus = [note for note in watched if (note.surplus or 0) >= 1]
    surplus.sort(key=lambda note: (-(note.surplus or 0), note.facility))
    heard = [(note, _heard_day(scene, note)) for note in surplus]
    lends = [note for note, day in heard if scene.day - day <= OLD_NEWS_DAYS]
    unheard = [(note, day) for note, day in heard if scene.day - day > OLD_NEWS_DAYS]
    needed_in = sum(note.needed or is_short(note) for note in watched)
    return Extent(short, needed_in, lends, unheard)


def _heard_day(scene: Scene, note: StockNote) -> int:
    """The local day on which the item was last heard of there; today when an older release told, and did not say."""
    if note.heard_at is None:
        return scene.day
    facility = scene.catalogue.facility(note.facility)
    return (scene.calendar if facility is None else calendar_of(facility.timezone)).day(note.heard_at)


def judge(scene: Scene) -> Finding | None:
    """Enters at a share of the places that need the item, or at a number of them; leaves well below both."""
    limits = scene.rules.national_shortage
    if scene.item is None:
        return None
    if scene.short < min(limits.least_places, limits.places * limits.leave_factor):
        return NOT_APPLICABLE  # so it is of nearly all items on nearly all days: no need to look at their places
    if not any(note.watched for note in scene.places.values()):
        return None
    extent = extent_of(scene)
    short = len(extent.short)
    holds = short >= limits.places or (short >= limits.least_places and extent.share >= limits.share)
    fewer = short < limits.places * limits.leave_factor
    over = fewer and (short < limits.least_places or extent.share < limits.share * limits.leave_factor)
    worst: Severity = "critical" if extent.share >= limits.severe_share else "high"
    return Finding(holds, over, no_milder(severity_for(worst, scene.item.ven), extent.short))


def timing(rules: WideRules) -> AlertTiming:
    """The hold times of the rules."""
    limits = rules.national_shortage
    return AlertTiming(hold_days=limits.hold_days, clear_days=limits.clear_days)


def explain(scene: Scene, state: AlertState) -> Sentences:
    """The sentences of the alert."""
    extent = extent_of(scene)
    short, needed_in = len(extent.short), extent.needed_in
    if state == "resolved":
        return Sentences(
            f"{_name(scene)} ya no falta en muchas unidades: falta en {short:,} de "
            f"{counted(needed_in, 'unidad', 'unidades')} que la necesitan.",
            f"{_name(scene)} is not short in many facilities any more: in {short:,} of "
            f"{counted(needed_in, 'facility', 'facilities')} that need it.",
        )
    empty = [note for note in extent.short if not note.usable]
    out, later, old = len(empty), short - len(empty), _of_old_records(scene, empty)
    es = (
        f"{_name(scene)} falta en {short:,} de {counted(needed_in, 'unidad', 'unidades')} que la necesitan "
        f"({percent(extent.share)}): {out:,} sin existencia{old.es} y "
        f"{counted(later, 'que se agota', 'que se agotan')} antes de que llegue un pedido"
    )
    en = (
        f"{_name(scene)} is short in {short:,} of {counted(needed_in, 'facility', 'facilities')} that need it "
        f"({percent(extent.share)}): {out:,} without stock{old.en} and "
        f"{counted(later, 'that runs out', 'that run out')} before an order could arrive"
    )
    coming = coming_to(extent.short)
    following, due, advice = _next_to_run_out(scene, extent), telling(coming, scene.day), _advice(scene, extent, coming)
    return Sentences(f"{es}{following.es}. {due.es}{advice.es}", f"{en}{following.en}. {due.en}{advice.en}")


def _of_old_records(scene: Scene, empty: list[StockNote]) -> Sentences:
    """How many of those without stock may have got some: nothing was recorded there for more than a week."""
    old = sum(scene.day - _heard_day(scene, note) > OLD_NEWS_DAYS for note in empty)
    if not old:
        return Sentences("", "")
    return Sentences(
        f" ({old:,} según registros de hace más de {OLD_NEWS_DAYS} días)",
        f" ({old:,} by records more than {OLD_NEWS_DAYS} days old)",
    )


def _next_to_run_out(scene: Scene, extent: Extent) -> Sentences:
    """Who runs out next and when; what rests on old news has its day, and no date where that moves on day by day."""
    # One whose delivery has come is listed until its alert is over, but is not the next to run out.
    ending = [note for note in extent.short if note.status == "critical" and note.projected_stockout_on]
    heard = [(note, _heard_day(scene, note)) for note in ending]
    known = [(note, day) for note, day in heard if scene.day - day <= OLD_NEWS_DAYS]
    unheard = [(note, day) for note, day in heard if scene.day - day > OLD_NEWS_DAYS]
    es = en = ""
    if known:
        note, day = known[0]
        where, on = _facility(scene, note), note.projected_stockout_on
        es += f"; la próxima en agotarse es {where}, el {on}"
        en += f"; the next to run out is {where}, on {on}"
        if scene.day - day > FRESH_DAYS:
            es += f" según su último registro, del {date_of(day)}"
            en += f" by its last record, of {date_of(day)}"
    if unheard:
        note, day = unheard[0]
        where, last = _facility(scene, note), date_of(day)
        es += (
            f"; de {counted(len(unheard), 'unidad', 'unidades')} no hay registros desde hace más de "
            f"{OLD_NEWS_DAYS} días ({where}, último del {last}) y ya {'puede' if len(unheard) == 1 else 'pueden'} "
            "haberse agotado"
        )
        en += (
            f"; of {counted(len(unheard), 'facility', 'facilities')} nothing was recorded for more than "
            f"{OLD_NEWS_DAYS} days ({where}, last on {last}), and it may have run out there already"
        )
    return Sentences(es, en)


def _advice(scene: Scene, extent: Extent, coming: Coming) -> Sentences:
    known, old = _of_lenders(scene, extent, asking(coming)), _of_unheard(scene, extent.unheard)
    return Sentences(known.es + old.es, known.en + old.en)


def _of_unheard(scene: Scene, unheard: list[tuple[StockNote, int]]) -> Sentences:
    """What a place had that says nothing any more may be gone: nobody should send for it without asking."""
    if not unheard:
        return Sentences("", "")
    (first, day), total = unheard[0], round(sum(note.surplus or 0 for note, _ in unheard))
    most, last = _facility(scene, first), date_of(day)
    return Sentences(
        f" Según datos de hace más de {OLD_NEWS_DAYS} días habría {SPANISH.pieces(total)} más de excedente en "
        f"{counted(len(unheard), 'unidad', 'unidades')} (lo más en {most}, último registro del {last}): confírmelas "
        "antes de contar con ellas.",
        f" By records more than {OLD_NEWS_DAYS} days old there would be {counted(total, 'more piece', 'more pieces')} "
        f"of surplus in {counted(len(unheard), 'facility', 'facilities')} (most in {most}, last recorded on {last}): "
        "confirm them before you count on them.",
    )


def _of_lenders(scene: Scene, extent: Extent, ask: Sentences) -> Sentences:
    lends = extent.lends
    if not lends:
        lately = Sentences("", "")
        if extent.unheard:
            lately = Sentences(" con datos recientes", " that has told of it lately")
        return Sentences(
            f"Ninguna unidad{lately.es} tiene excedente: trátela con compras, no unidad por unidad{ask.es}.",
            f"No facility{lately.en} has a surplus: settle it with purchasing, not place by place{ask.en}.",
        )
    known, most = _surplus_of(scene, lends), _facility(scene, lends[0])
    return Sentences(
        f"{known.es}, lo más en {most}: traspáselas y trate el resto con compras, no unidad por unidad{ask.es}.",
        f"{known.en}, most in {most}: transfer them, and settle the rest with purchasing, not place by place{ask.en}.",
    )


def _surplus_of(scene: Scene, lends: list[StockNote]) -> Sentences:
    """What could be lent. A place tells it anew when it has changed by about a fifth (`supply.rekeying`): a sum of what
    was not told just now is about so much, and says since when it stands."""
    total, places = round(sum(note.surplus or 0 for note in lends)), len(lends)
    told = min(scene.calendar.day(note.at_ms) for note in lends)
    where_es, where_en = counted(places, "unidad", "unidades"), counted(places, "facility", "facilities")
    if scene.day - told <= FRESH_DAYS:
        return Sentences(
            f"Hay {SPANISH.pieces(total)} de excedente en {where_es}",
            f"{counted(total, 'piece is', 'pieces are')} surplus in {where_en}",
        )
    about, since = _two_figures(total), date_of(told)
    return Sentences(
        f"Hay alrededor de {SPANISH.pieces(about)} de excedente en {where_es} (según lo informado desde el {since})",
        f"About {counted(about, 'piece is', 'pieces are')} surplus in {where_en} (as told since {since})",
    )


def _two_figures(count: int) -> int:
    """A count with its first two figures: 2,900 for 2,856."""
    return round(count, 2 - len(str(count)))


def _name(scene: Scene) -> str:
    return scene.code if scene.item is None else scene.item.name


def _facility(scene: Scene, note: StockNote) -> str:
    facility = scene.catalogue.facility(note.facility)
    return note.facility if facility is None else facility.name


def places(scene: Scene) -> tuple[AlertPlace, ...]:
    """The places short of the item, then those that could lend by what they told lately."""
    extent = extent_of(scene)
    return (
        *(alert_place(note, "short") for note in extent.short),
        *(alert_place(note, "lends") for note in extent.lends),
    )


RULE = WideRule("national_shortage", judge, timing, explain, places)
