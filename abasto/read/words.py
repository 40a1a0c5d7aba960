"""The words that people read, in Spanish and English (design section 2)."""

import datetime as dt
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from abasto.read import alert_words, indicator_words, letter_words

Lang = Literal["es", "en"]

ES: dict[str, str] = {
    **indicator_words.ES,
    **alert_words.ES,
    **letter_words.ES,
    "status.out": "agotado",
    "status.critical": "crítico",
    "status.low": "bajo",
    "status.adequate": "adecuado",
    "status.surplus": "excedente",
    "status.no_consumption": "sin consumo",
    "status.unknown": "desconocido",
    "severity": "Gravedad",
    "what": "Qué",
    "where": "Dónde",
    "since": "Desde",
    "cover_with_due": "Con lo por llegar",
    "until": "hasta el {day}",
    "coming": "Por llegar",
    "coming_on": "llegan {pieces} el {day}",
    "coming_late": "{pieces} atrasadas",
    "nothing_coming": "nada por llegar",
    "could_lend": "Quién tiene",
    "may_lend": "Para prestar",
    "lends": "{surplus} para prestar de {usable}",
    "status": "Estado",
    "facility": "Unidad",
    "item": "Clave",
    "usable": "Existencia",
    "cpm": "CPM",
    "cover": "Cobertura",
    "as_of": "Al",
    "days": "días",
    "day": "día",
    "beyond": "más de 180 días",
    "nothing": "nada",
    "not_known": "sin dato",
    "on": "el",
    "supplier": "almacén",
    "silent_since": "no reporta desde el {day}",
    "nobody": "nadie con excedente",
    "shown": "Se muestran {shown} de {total}. Más con --limit.",
    "no_positions": "Ninguna posición con estos filtros.",
    "positions_counted": "{total} posiciones",
    "one_position": "1 posición",
    "pieces": "piezas",
    "on_hand": "Existencia utilizable",
    "in_books": "en libros",
    "last_count": "último conteo",
    "never_counted": "nunca contada",
    "gap": "diferencia con libros",
    "per_month": "piezas al mes",
    "official": "registrado",
    "from_months": "de {months}: {pieces} piezas, {days_out} días sin existencia",
    "method": "método {method}, política {policy}, ventana de {window} meses de {days:g} días",
    "method_by_calendar": "método {method}, política {policy}, ventana de {window} meses del calendario",
    "method.none": "sin corregir",
    "method.normalised": "normalizado",
    "method.ratio": "proporcional",
    "method.skip": "excluir meses con faltante",
    "chosen_by": "política elegida por {names}",
    "by.country": "país",
    "by.state": "estado",
    "by.kind": "tipo de unidad",
    "by.facility": "unidad",
    "by.item": "clave",
    "running_month": "el mes en curso cuenta con los {days:g} días que lleva",
    "spread_month": "de {month} no se conoce el consumo por día: se repartió por igual",
    "left_out": "sin contar {months}",
    "cpm.insufficient": "sin dato: muy pocos meses",
    "cpm.uncorrected": "sin corregir: sin existencia todo el tiempo",
    "runs_out": "Se agota",
    "planned": "Consumo planeado",
    "stand_in.registered": "mientras tanto se cuenta con el registrado: {used}",
    "stand_in.before": "mientras tanto se cuenta con el de antes del desabasto: {used}",
    "cover.planned": "por lo planeado",
    "cover.untold": "sin {pieces} que ya se habrían usado desde el conteo: la unidad informa por mes",
    "planned.until": "{pieces} piezas hasta el {day}, en lugar del CPM para saber cuánto dura",
    "planned.at_risk": "Tratamientos planeados que esperan o quedan sin cubrir antes de que pueda llegar más: {count}",
    "with_due": "con lo que está por llegar",
    "without_due": "sin ello",
    "expires": "Caducan sin usarse",
    "late": "atrasado",
    "due_by": "límite",
    "lead_time": "Surtir tarda",
    "lead_time.observed": "{number} entregas: mediana {median}, nueve de cada diez en {p90}",
    "consumption": "Consumo",
    "month": "Mes",
    "unmet": "No surtido",
    "days_out": "Días sin existencia",
    "closing": "Existencia al terminar",
    "reported": "reportado",
    "running": "en curso",
    "open_alerts": "Alertas abiertas",
    "none_open": "ninguna",
    "elsewhere": "En otras unidades",
    "version": "versión",
    "order": "Pedido",
    "quantity": "Cantidad",
    "expected_on": "Esperado",
    "origin": "De",
}

EN: dict[str, str] = {
    **indicator_words.EN,
    **alert_words.EN,
    **letter_words.EN,
    "status.out": "out",
    "status.critical": "critical",
    "status.low": "low",
    "status.adequate": "adequate",
    "status.surplus": "surplus",
    "status.no_consumption": "no consumption",
    "status.unknown": "unknown",
    "severity": "Severity",
    "what": "What",
    "where": "Where",
    "since": "Since",
    "cover_with_due": "With what is due",
    "until": "until {day}",
    "coming": "Due",
    "coming_on": "{pieces} due {day}",
    "coming_late": "{pieces} late",
    "nothing_coming": "nothing due",
    "could_lend": "Who has it",
    "may_lend": "To lend",
    "lends": "{surplus} to lend of {usable}",
    "status": "Status",
    "facility": "Facility",
    "item": "Item",
    "usable": "On hand",
    "cpm": "CPM",
    "cover": "Cover",
    "as_of": "As of",
    "days": "days",
    "day": "day",
    "beyond": "over 180 days",
    "nothing": "nothing",
    "not_known": "not known",
    "on": "on",
    "supplier": "warehouse",
    "silent_since": "has not reported since {day}",
    "nobody": "nobody has a surplus",
    "shown": "Showing {shown} of {total}. More with --limit.",
    "no_positions": "No position meets these filters.",
    "positions_counted": "{total} positions",
    "one_position": "1 position",
    "pieces": "pieces",
    "on_hand": "Usable stock",
    "in_books": "in the books",
    "last_count": "last count",
    "never_counted": "never counted",
    "gap": "gap to the books",
    "per_month": "pieces a month",
    "official": "registered",
    "from_months": "from {months}: {pieces} pieces, {days_out} days out",
    "method": "method {method}, policy {policy}, window of {window} months of {days:g} days",
    "method_by_calendar": "method {method}, policy {policy}, window of {window} months of the calendar",
    "method.none": "none",
    "method.normalised": "normalised",
    "method.ratio": "ratio",
    "method.skip": "skip",
    "chosen_by": "policy chosen by {names}",
    "by.country": "country",
    "by.state": "state",
    "by.kind": "kind of facility",
    "by.facility": "facility",
    "by.item": "item",
    "running_month": "the running month counts with the {days:g} days gone",
    "spread_month": "use by the day is not known of {month}: it was spread evenly",
    "left_out": "left out {months}",
    "cpm.insufficient": "none: too few months",
    "cpm.uncorrected": "uncorrected: out of stock all the time",
    "runs_out": "Runs out",
    "planned": "Planned use",
    "stand_in.registered": "until then the registered one is reckoned with: {used}",
    "stand_in.before": "until then the one from before the stock-out is reckoned with: {used}",
    "cover.planned": "by what is planned",
    "cover.untold": "without {pieces} that must have been used since the count: this place reports monthly",
    "planned.until": "{pieces} pieces until {day}, in place of the CPM to tell how long it lasts",
    "planned.at_risk": "Planned treatments that wait or are not covered before more can come: {count}",
    "with_due": "with what is due",
    "without_due": "without it",
    "expires": "Will expire unused",
    "late": "late",
    "due_by": "deadline",
    "lead_time": "Supply takes",
    "lead_time.observed": "{number} deliveries: median {median}, nine in ten within {p90}",
    "consumption": "Consumption",
    "month": "Month",
    "unmet": "Unmet",
    "days_out": "Days out",
    "closing": "Stock at the end",
    "reported": "reported",
    "running": "running",
    "open_alerts": "Open alerts",
    "none_open": "none",
    "elsewhere": "Elsewhere",
    "version": "version",
    "order": "Order",
    "quantity": "Quantity",
    "expected_on": "Expected",
    "origin": "From",
}

MONTHS: dict[Lang, str] = {
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}


class Words(NamedTuple):
    """One language: words by name, numbers and dates as its readers write them."""

    lang: Lang
    year: int | None = None
    """The present year, which dates in a narrow table leave out."""

    def __call__(self, name: str, **values: object) -> str:
        text = (ES if self.lang == "es" else EN)[name]
        return text.format(**values) if values else text

    def date(self, day: dt.date) -> str:
        """`10 mar 2026`, or `10 mar` in the present year if there is one."""
        month = MONTHS[self.lang].split()[day.month - 1]
        return f"{day.day} {month}" if day.year == self.year else f"{day.day} {month} {day.year}"

    def local_date(self, instant: dt.datetime, timezone: str) -> str:
        """The day it was at the facility."""
        return self.date(local(instant, timezone).date())

    def local_time(self, instant: dt.datetime, timezone: str) -> str:
        """`10 mar 2026 12:00`, at the facility."""
        there = local(instant, timezone)
        return f"{self.date(there.date())} {there:%H:%M}"

    def quantity(self, pieces: float | None) -> str:
        """`1,250`, up to three places, `sin dato` when it is not known: never 0 for that."""
        return self("not_known") if pieces is None else number(pieces)

    def days(self, count: float) -> str:
        """`12 días`; the part of a day that is left does not make one."""
        whole = int(count)
        return f"{whole:,} {self('day' if whole == 1 else 'days')}"


def number(value: float, sign: Literal["-", "+"] = "-") -> str:
    """`1,250` or `40.5`: as written in Mexico and in English; `sign` "+" shows also that of more."""
    return f"{value:{sign},.3f}".rstrip("0").rstrip(".")


def local(instant: dt.datetime, timezone: str) -> dt.datetime:
    """The instant as the clocks of the place show it; UTC where its time zone is not known here."""
    try:
        return instant.astimezone(ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError):
        return instant.astimezone(dt.UTC)
