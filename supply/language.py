"""What alerts say in Spanish and in English: quantities with units, dates, what is coming.

The two differ in words only: what is said of which numbers, and in what order, is written once.
"""

import datetime as dt
from typing import Final, Literal, NamedTuple

from supply.assessment import Assessment
from supply.demand import next_use
from supply.due import covering, first_deadline, first_due, next_planned, outstanding, split_due
from supply.expiring import TOLD_FROM_PIECES, first_date, loss_told

MOST_DECIMALS: Final = 6
"""More than tell a piece of a million from the next; what is nearer to a limit is dust of a division."""
OLD_NEWS_DAYS: Final = 7
"""A stock that nobody has told anything of for longer is said to be of the day of its last event."""


class Sentences(NamedTuple):
    """What a person reads: in Spanish and in English."""

    es: str
    en: str


class Language(NamedTuple):
    """One of the two languages, and what all conditions say in it."""

    code: Literal["es", "en"]

    def say(self, es: str, en: str) -> str:
        """The one of two wordings that is in this language."""
        return es if self.code == "es" else en

    def pieces(self, quantity: float) -> str:
        """A quantity in words: `1 pieza`, `1,250 piezas`."""
        word = agreeing(quantity, self.say("pieza", "piece"), self.say("piezas", "pieces"))
        return f"{number(quantity)} {word}"

    def days(self, count: int) -> str:
        """A number of days in words: `1 día`, `15 días`."""
        return f"{count} {self.say('día', 'day') if count == 1 else self.say('días', 'days')}"

    def a_month(self, quantity: float) -> str:
        """A use in words: `90.0 piezas al mes`."""
        return f"{quantity:,.1f} {self.say('piezas al mes', 'pieces a month')}"

    def consumption(self, assessment: Assessment) -> str:
        """The CPM, or that there is none."""
        if assessment.cpm.value is None:
            told = self.say("sin CPM por falta de datos", "no CPM for want of data")
        else:
            told = f"CPM {self.a_month(assessment.cpm.value)}"
        return f"{told}{self._instead(assessment)}{self._plan(assessment)}"

    def _instead(self, assessment: Assessment) -> str:
        """What stands in for a CPM that does not tell what is needed."""
        if assessment.instead is None:
            return ""
        used, source = self.a_month(assessment.instead.cpm), assessment.instead.source
        if assessment.cpm.value is None:
            return self.say(f"; registradas {used}", f"; registered {used}")
        if source == "registered":
            return self.say(f" por falta de existencia; registradas {used}", f" for want of stock; registered {used}")
        return self.say(f" por falta de existencia; antes {used}", f" for want of stock; before that {used}")

    def _plan(self, assessment: Assessment) -> str:
        """What is planned to be used."""
        if assessment.planned is None or assessment.planned_until is None:
            return ""
        pieces, until = self.pieces(round(assessment.planned, 1)), date_of(assessment.planned_until)
        return self.say(f"; por usar según plan: {pieces} hasta el {until}", f"; {pieces} planned until {until}")

    def no_use(self, assessment: Assessment) -> str:
        """Why there is no use to reckon with, where there is none."""
        if assessment.cpm.inputs.state == "uncorrected":
            return self.say(
                "sin existencia en todos los meses del cálculo, el CPM no dice cuánto se necesita",
                "out of stock in every month of the window, so the CPM does not tell what is needed",
            )
        if assessment.cpm.value is None:
            return self.say("sin CPM no se sabe cuánto se usa", "without a CPM nobody knows what is used")
        return self.say("ya no se usa ninguna", "none is used any more")

    def stock(self, assessment: Assessment) -> str:
        """What can be handed out, and of when that is where it is no news; beside it what has expired there."""
        if assessment.usable is None:
            return self.say("Existencia nunca contada", "Stock never counted")
        held = self.say("Sin existencia", "No stock")
        if assessment.usable > 0:
            held = f"{self.say('Existencia de', 'Stock of')} {self.pieces(assessment.usable)}"
        untold = self._untold(assessment)
        if assessment.observed.expired > 0:
            return f"{held}{untold}{self._expired(assessment, dated=not untold)}"
        return f"{held}{untold or self.recorded(assessment)}"

    def _expired(self, assessment: Assessment, *, dated: bool) -> str:
        """What lies on a shelf past its date. It may have passed it since the last record, which tells another stock
        then."""
        expired = assessment.observed.expired
        told = self.say(
            f"{self.pieces(expired)} {agreeing(expired, 'caducada', 'caducadas')} en el anaquel",
            f"{self.pieces(expired)} expired on the shelf",
        )
        if dated and self._is_old(assessment):
            told += f"; {self.say('último registro del', 'last record of')} {date_of(assessment.heard_day or 0)}"
        return f" ({told})"

    def _untold(self, assessment: Assessment) -> str:
        """What of a stock must have been used since its count, where use is told by monthly sheets."""
        untold = assessment.untold
        if untold.since is None or untold.pieces < TOLD_FROM_PIECES:
            return ""
        counted = f"{self.say('según el conteo del', 'by the count of')} {date_of(untold.since)}"
        if untold.came:
            counted += self.say(" y lo que llegó después", " and what came since")
        about = number(round(untold.pieces))
        return self.say(
            f" {counted}, de las que ya se habrían usado cerca de {about} (la unidad informa por mes)",
            f" {counted}, of which about {about} must have been used since (this place reports monthly)",
        )

    def recorded(self, assessment: Assessment) -> str:
        """Of when a stock is that is no news."""
        if not self._is_old(assessment):
            return ""
        recorded = self.say("según el último registro, del", "as last recorded on")
        return f" {recorded} {date_of(assessment.heard_day or 0)}"

    @staticmethod
    def _is_old(assessment: Assessment) -> bool:
        heard = assessment.heard_day
        return heard is not None and assessment.day - heard > OLD_NEWS_DAYS

    def expiring(self, assessment: Assessment) -> str:
        """What a sentence adds to a stock some of which would expire unused."""
        unused = loss_told(assessment)
        return f"; {self.say('de ellas', 'of these')} {self.lost(unused, first_date(assessment))}" if unused else ""

    def lost(self, unused: float, day: int) -> str:
        """Pieces that would expire unused, and the date on the first, inside a sentence."""
        quantity, first = round(unused, 1), date_of(day)
        return self.say(
            agreeing(
                quantity,
                f"caducaría sin usarse {number(quantity)}, el {first}",
                f"caducarían sin usarse {number(quantity)}, las primeras el {first}",
            ),
            f"{number(quantity)} would expire unused, {agreeing(quantity, 'on', 'the first on')} {first}",
        )

    def aside(self, assessment: Assessment) -> str:
        """What a sentence adds of pieces that stand in quarantine: they may be released."""
        held = assessment.observed.aside
        return f"; {self.pieces(held)} {self.say('en cuarentena', 'in quarantine')}" if held else ""

    def cover(self, assessment: Assessment) -> str:
        """What can be handed out and how long that lasts; without a CPM nobody knows."""
        stock, lasts = self.stock(assessment), assessment.cover_days
        if not assessment.usable or lasts is None:
            return stock
        shown = self.days(int(lasts)) if lasts >= 1 else self.say("menos de 1 día", "less than 1 day")
        return f"{stock}, {self.say('para', 'for')} {shown}"

    def due(self, assessment: Assessment) -> str:
        """What is coming, the next arrival first; what has not come on its day, and what is late, are named as such."""
        parts, late = self._coming(assessment), split_due(assessment).late
        if late:
            total = self.pieces(outstanding(late, assessment.scale))
            parts.append(f"{total} {self.say('con arribo vencido', 'past the deadline')}")
        return "; ".join(parts) if parts else self.say("nada por llegar", "nothing due")

    def besides(self, assessment: Assessment) -> str:
        """What a sentence about late arrivals adds of those that are not."""
        parts = self._coming(assessment)
        return f"; {self.say('además', 'besides,')} {'; '.join(parts)}" if parts else ""

    def _coming(self, assessment: Assessment) -> list[str]:
        coming, awaited, _ = split_due(assessment)
        parts = []
        if coming:
            total, day = self.pieces(outstanding(coming, assessment.scale)), date_of(first_due(coming))
            parts.append(self.say(f"por llegar {total}, lo próximo el {day}", f"{total} due, the next on {day}"))
        if awaited:
            total, day = self.pieces(outstanding(awaited, assessment.scale)), date_of(first_due(awaited))
            until = date_of(first_deadline(awaited))
            parts.append(
                self.say(
                    f"sin llegar aún {total} con fecha del {day} y plazo hasta el {until}",
                    f"{total}, due on {day}, not come yet, deadline {until}",
                )
            )
        return parts

    def treatments(self, assessment: Assessment) -> str:
        """What a sentence adds of planned treatments that the stock does not reach."""
        waits = assessment.waits.treatments
        count = (assessment.treatments_at_risk or 0) - waits
        if count <= 0:
            return ""
        planned = self.say("tratamiento planeado", "planned treatment")
        if count > 1:
            planned = self.say("tratamientos planeados", "planned treatments")
        more = self.say(" más", " more") if waits else ""
        until = self.say("sin cubrir antes de que pueda llegar más", "not covered before more can come")
        return self.say(f"; {count} {planned}{more} {until}", f"; {count}{more} {planned} {until}")

    def waiting(self, assessment: Assessment) -> str:
        """What a sentence adds of planned uses that an empty shelf did not serve."""
        waits = assessment.waits
        if waits.since is None:
            return ""
        quantity, since = round(waits.pieces, 1), date_of(waits.since)
        shown, given_to = number(quantity), ""
        if waits.treatments == 1:
            given_to = self.say(" (1 tratamiento)", " (1 treatment)")
        elif waits.treatments:
            given_to = f" ({waits.treatments} {self.say('tratamientos', 'treatments')})"
        if self.code == "es":
            one, many = (" planeada", " planeadas") if waits.planned else ("", "")
            told = agreeing(quantity, f"espera {shown} pieza{one}", f"esperan {shown} piezas{many}")
            return f"; {told}{given_to} sin surtir desde el {since}"
        planned = "planned " if waits.planned else ""
        told = f"{shown} {planned}{agreeing(quantity, 'piece', 'pieces')}{given_to} not given since {since}"
        return f"; {told} still {agreeing(quantity, 'waits', 'wait')}"

    def covered(self, assessment: Assessment) -> str:
        """What a sentence adds of the next planned use of an empty shelf: the orders that cover it and must not be
        late, or its day alone while an order of today would be there."""
        covers = covering(assessment)
        if covers is not None:
            used_on, there_on = date_of(covers.used_on), date_of(covers.there_on)
            orders = ", ".join(dict.fromkeys([line.order for line in covers.lines]))
            es, en = f"el uso planeado para el {used_on} lo cubre", f"the use planned for {used_on} is covered"
            if assessment.waits.pieces:
                es = f"lo que espera y el uso planeado para el {used_on} los cubre"
                en = f"what waits and the use planned for {used_on} are covered"
            return self.say(
                f"; {es} el pedido {orders} si llega a más tardar el {there_on}",
                f"; {en} by order {orders} if it comes by {there_on}",
            )
        if not assessment.plan_is_safe or assessment.usable:
            return ""
        planned = next_planned(assessment)
        if planned is not None:
            return self.say("; el próximo uso planeado es el ", "; the next use is planned for ") + date_of(planned[0])
        following = next_use(assessment.use)
        if following is None:
            return ""
        used_on = date_of(assessment.day + following[0])
        return self.say(f"; no se usa nada hasta el {used_on}", f"; nothing is used until {used_on}")

    def standing(self, assessment: Assessment) -> str:
        """Stock, use and what is coming, inside a sentence."""
        return f"{self.stock(assessment).lower()}; {self.consumption(assessment)}; {self.due(assessment)}"


SPANISH: Final = Language("es")
ENGLISH: Final = Language("en")


def number(quantity: float) -> str:
    """`1,250` or `40.5`, up to three places."""
    return f"{quantity:,.3f}".rstrip("0").rstrip(".")


def agreeing(quantity: float, one: str, many: str) -> str:
    """Of two wordings the one that agrees with a quantity as it is shown: `one` with `1`, `many` with `0.5` or `2`."""
    return one if number(quantity) == "1" else many


def beside(limit: float, figure: float) -> str:
    """A figure that stands beside a limit, as `0.9`, with as many places as it takes to see on which side it is."""
    for places in range(1, MOST_DECIMALS + 1):
        shown = f"{figure:.{places}f}"
        read = float(shown)
        if (read < limit) == (figure < limit) and (read > limit) == (figure > limit):
            return shown
    return f"{figure:.1f}"


def percent(share: float, sign: Literal["-", "+"] = "-") -> str:
    """A share as `42 %`, the same in both languages and on every page; `sign` "+" shows also that of more."""
    return f"{share * 100:{sign}.0f} %"


def date_of(day: int) -> str:
    """A local day as `2026-05-03`."""
    return dt.date.fromordinal(day).isoformat()
