"""One position in full: each number beside the inputs it came from."""

import datetime as dt

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from abasto.read import phrases, styles
from abasto.read.sparkline import consecutive, sparkline
from abasto.read.words import Words, local, number
from schemas.positions import CpmInputs, MonthTotals, Number, PlannedDemand, Position
from store.queries import PositionDetail

SPARKLINE_MONTHS = 24
TABLE_MONTHS = 6


def position_page(detail: PositionDetail, words: Words) -> RenderableType:
    """What is there, what is used, how long it lasts, what is coming, what is wrong, who has some."""
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column()
    facts.add_row(words("on_hand"), _stock(detail, words))
    facts.add_row(words("cpm"), _cpm(detail.position, words))
    if detail.position.planned is not None:
        facts.add_row(words("planned"), _planned(detail.position.planned, words))
    facts.add_row(words("cover"), _cover(detail.position, words))
    facts.add_row(words("runs_out"), _runs_out(detail.position, words))
    if (lead_time := _lead_time(detail, words)) is not None:
        facts.add_row(words("lead_time"), lead_time)
    if detail.position.expires_unused:
        facts.add_row(words("expires"), f"{number(detail.position.expires_unused)} {words('pieces')}")
    facts.add_row(words("coming"), _due(detail.position, words))
    facts.add_row(words("consumption"), _consumption(detail, words))
    facts.add_row(words("open_alerts"), _alerts(detail, words))
    facts.add_row(words("elsewhere"), _elsewhere(detail, words))
    return Group(Panel(_title(detail, words), box=box.HEAVY, expand=False, padding=(0, 2)), facts)


def _title(detail: PositionDetail, words: Words) -> Text:
    line = detail.line
    title = Text(f"{line.item_name} {line.presentation}".rstrip(), style="bold")
    title.append(f"  {line.item}\n", style="not bold dim")
    title.append(line.facility_name, style="not bold")
    place = " · ".join(filter(None, [line.facility, line.facility_state]))
    title.append(f"  {place}\n", style="not bold dim")
    title.append_text(styles.status(words, line.status))
    as_of = words.local_time(line.as_of, line.timezone)
    title.append(f"  {words('as_of')} {as_of}, {words('version')} {line.version}", style="not bold dim on default")
    return title


def _lead_time(detail: PositionDetail, words: Words) -> str | None:
    """The days that the alerts reckon with; observed ones with what they were observed of."""
    position = detail.position
    days = detail.lead_time_days if position.lead_time_days is None else position.lead_time_days
    if days is None:
        return None
    first = next((each for each in position.lead_times if each.median_days is not None), None)
    if position.lead_time_source != "observed" or first is None:
        return words.days(days)
    seen = words("lead_time.observed", number=first.number, median=first.median_days, p90=first.p90_days)
    return f"{words.days(days)} ({seen}{f', {first.supplier}' if first.supplier else ''})"


def _stock(detail: PositionDetail, words: Words) -> Text:
    position = detail.position
    text = Text(f"{words.quantity(position.usable)}", style="bold")
    notes = []
    if position.on_hand is not None and position.on_hand != position.usable:
        notes.append(f"{words('in_books')} {number(position.on_hand)}")
    if position.last_count_on is None:
        notes.append(words("never_counted"))
    else:
        counted = f"{words('last_count')} {words.date(position.last_count_on)}"
        if position.last_count_gap:
            counted += f" ({words('gap')} {number(position.last_count_gap, sign='+')})"
        notes.append(counted)
    text.append(f"  {', '.join(notes)}", style="not bold dim")
    return text


def _cpm(position: Position, words: Words) -> Text:
    inputs = position.cpm_inputs
    if position.cpm is None:
        text = Text(words("cpm.insufficient"), style="magenta")
    else:
        text = Text(f"{number(round(position.cpm, 1))} {words('per_month')}", style="bold")
        if inputs.state == "uncorrected":
            text.append(f" ({words('cpm.uncorrected')})", style="not bold yellow")
    if position.stand_in_cpm is not None:
        used = f"{number(round(position.stand_in_cpm, 1))} {words('per_month')}"
        text.append(f"\n{words(f'stand_in.{position.stand_in_source}', used=used)}", style="yellow")
    if position.official_cpm is not None:
        text.append(f"  {words('official')}: {number(position.official_cpm)}", style="not bold")
    if inputs.months_used:
        months = ", ".join(inputs.months_used)
        came = words("from_months", months=months, pieces=number(inputs.pieces), days_out=inputs.days_out)
        text.append(f"\n{came}", style="not bold dim")
    if inputs.days_gone is not None:
        text.append(f"\n{words('running_month', days=inputs.days_gone)}", style="not bold dim")
    if inputs.spread_month is not None:
        text.append(f"\n{words('spread_month', month=inputs.spread_month)}", style="not bold dim")
    if inputs.months_left_out:
        text.append(f"\n{words('left_out', months=', '.join(inputs.months_left_out))}", style="not bold dim")
    text.append(f"\n{_how(position.cpm_inputs, words)}", style="not bold dim")
    return text


def _how(inputs: CpmInputs, words: Words) -> str:
    known = {"method": words(f"method.{inputs.method}"), "policy": inputs.policy, "window": inputs.window_months}
    if inputs.month_days is None:
        how = words("method_by_calendar", **known)
    else:
        how = words("method", **known, days=inputs.month_days)
    if not inputs.chosen_by:
        return how
    names = ", ".join(words(f"by.{name}") for name in inputs.chosen_by)
    return f"{how}; {words('chosen_by', names=names)}"


def _cover(position: Position, words: Words) -> Text:
    cpm = position.cpm if position.stand_in_cpm is None else position.stand_in_cpm
    if position.cover_days is None or position.usable is None:
        return Text(words("not_known"), style="dim")
    text = Text(words.days(position.cover_days), style="bold")
    if position.planned is not None or cpm is None:
        text.append(f"  {words('cover.planned')}", style="not bold dim")
    else:
        left = position.usable - position.untold_use
        days = position.cpm_inputs.month_days
        if days is None:  # of the calendar: what the cover was computed with
            days = round(position.cover_days * cpm / left) if left else 0
        text.append(f"  {number(round(left, 1))} / {number(round(cpm, 1))} x {days:g}", style="not bold dim")
    if position.untold_use:
        untold = words("cover.untold", pieces=words.quantity(round(position.untold_use, 1)))
        text.append(f"\n{untold}", style="not bold dim")
    return text


def _planned(planned: PlannedDemand, words: Words) -> Text:
    """What is counted on in place of the CPM."""
    text = Text(words("planned.until", pieces=words.quantity(round(planned.pieces, 1)), day=words.date(planned.until)))
    if planned.treatments_at_risk:
        text.append(f"\n{words('planned.at_risk', count=planned.treatments_at_risk)}", style="bold red")
    return text


def _runs_out(position: Position, words: Words) -> Text:
    reckoned = position.cpm or position.stand_in_cpm
    if position.usable is None or (not reckoned and position.planned is None):
        return Text(words("not_known"), style="dim")
    text = Text(_day_or_beyond(position.projected_stockout_on, words), style="bold")
    if position.due:
        without = _day_or_beyond(position.projected_stockout_on_without_due, words)
        text.append(f"  {words('with_due')}; {without} {words('without_due')}", style="not bold dim")
    return text


def _day_or_beyond(day: dt.date | None, words: Words) -> str:
    return words("beyond") if day is None else words.date(day)


def _due(position: Position, words: Words) -> RenderableType:
    if not position.due:
        return Text(words("nothing"), style="dim")
    table = _small_table()
    for name in ("order", "quantity", "expected_on", "origin"):
        table.add_column(words(name), justify="right" if name == "quantity" else "left")
    for due in sorted(position.due, key=lambda each: each.expected_on):
        expected = Text(words.date(due.expected_on))
        if due.late:
            expected.append(f" {words('late')}", style="bold red")
        elif due.deadline is not None:
            expected.append(f" ({words('due_by')} {words.date(due.deadline)})", style="dim")
        order = due.order if due.line is None else f"{due.order} / {due.line}"
        table.add_row(order, number(due.quantity), expected, due.supplier or due.origin or "")
    return table


def _consumption(detail: PositionDetail, words: Words) -> RenderableType:
    months = detail.months
    if not months:
        return Text(words("not_known"), style="dim")
    sheets = any(month.reported for month in months)
    used = {month.month: _used(month, sheets=sheets) for month in months}
    drawn = consecutive([*used], min(SPARKLINE_MONTHS, _span(months)))
    bars = sparkline([used.get(month) for month in drawn])
    line = Text(f"{drawn[0]} ", style="dim").append(bars, style="not dim cyan").append(f" {drawn[-1]}", style="dim")
    running = f"{local(detail.line.as_of, detail.line.timezone):%Y-%m}"
    table = _small_table()
    for name in ("month", "consumption", "unmet", "days_out", "closing"):
        table.add_column(words(name), justify="left" if name == "month" else "right")
    for month in months[-TABLE_MONTHS:][::-1]:
        label = Text(month.month)
        if month.month == running:
            label.append(f" {words('running')}", style="dim")
        if month.reported:
            label.append(f" {words('reported')}", style="dim")
        known = (_or_dash(used[month.month]), number(month.unmet), str(month.days_out), _or_dash(month.closing))
        table.add_row(label, *known)
    return Group(line, table)


def _or_dash(value: Number | None) -> str:
    return "-" if value is None else number(value)


def _used(month: MonthTotals, *, sheets: bool) -> Number | None:
    """What was used in a month; where consumption comes as sheets, a month without one that tells of none is not
    known, as for the CPM (`supply.cpm_window`)."""
    return month.consumption if month.reported or month.consumption or not sheets else None


def _span(months: list[MonthTotals]) -> int:
    first, last = (tuple(map(int, month.month.split("-"))) for month in (months[0], months[-1]))
    return (last[0] - first[0]) * 12 + last[1] - first[1] + 1


def _alerts(detail: PositionDetail, words: Words) -> Text:
    if not detail.alerts:
        return Text(words("none_open"), style="dim")
    lines = []
    for alert in detail.alerts:
        line = styles.severity(words, alert.severity)
        since = words.local_date(alert.since, alert.timezone)
        line.append(f" {words(alert.condition)}, {words(alert.state)}", style="bold on default")
        line.append(f"  {words('since').lower()} {since}  {alert.alert[:8]}\n", style="not bold dim on default")
        line.append(phrases.reason(words, alert), style="not bold on default")
        if alert.told_by is not None:
            line.append(f"\n{words(f'told_by.{alert.told_by}')}", style="not bold yellow on default")
        lines.append(line)
    return Text("\n").join(lines)


def _elsewhere(detail: PositionDetail, words: Words) -> RenderableType:
    if not detail.elsewhere:
        return Text(words("nobody"), style="dim")
    table = _small_table()
    for column in ("facility", "usable", "may_lend", "cover", "status"):
        table.add_column(words(column), justify="left" if column in {"facility", "status"} else "right")
    for stock in detail.elsewhere:
        name = Text(stock.facility_name)
        role = words("supplier") if stock.supplier else stock.facility_state
        distance = "" if stock.distance_km is None else f"{stock.distance_km:,.0f} km"
        name.append(f"  {' · '.join(filter(None, [role, distance]))}", style="dim")
        name.append_text(phrases.silence(words, stock))
        cover = "" if stock.cover_days is None else words.days(stock.cover_days)
        lends = words.quantity(stock.surplus)
        table.add_row(name, words.quantity(stock.usable), lends, cover, styles.status(words, stock.status))
    return table


def _small_table() -> Table:
    return Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
