"""What the command line and the pages ask the read model: typed answers, each ready for JSON.

Every function takes an open connection and reads in its transaction: what one page shows belongs together.
"""

from store.queries.alerts import AlertDetail, AlertFilter, AlertLine, AlertPage, Transition, alert, alerts
from store.queries.dead_letters import (
    DeadLetterDetail,
    DeadLetterLine,
    DeadLetterPage,
    dead_letter,
    dead_letter_numbers,
    dead_letters,
    hold_dead_letter,
    note_not_sent,
    note_sending,
    note_sent,
)
from store.queries.indicators import IndicatorLine, IndicatorPage, NationAndStates, indicators, nation_and_states
from store.queries.lending import Stock, who_has
from store.queries.names import FacilityName, ItemName, find_facility, find_items, find_state
from store.queries.positions import PositionDetail, PositionFilter, PositionLine, PositionPage, position, positions
from store.queries.reading import NotFound, open_read_model
from store.queries.summary import AlertCount, Summary, summary
from store.queries.supervision import CpmLine, CpmPage, cpm_supervision

__all__ = [
    "AlertCount",
    "AlertDetail",
    "AlertFilter",
    "AlertLine",
    "AlertPage",
    "CpmLine",
    "CpmPage",
    "DeadLetterDetail",
    "DeadLetterLine",
    "DeadLetterPage",
    "FacilityName",
    "IndicatorLine",
    "IndicatorPage",
    "ItemName",
    "NationAndStates",
    "NotFound",
    "PositionDetail",
    "PositionFilter",
    "PositionLine",
    "PositionPage",
    "Stock",
    "Summary",
    "Transition",
    "alert",
    "alerts",
    "cpm_supervision",
    "dead_letter",
    "dead_letter_numbers",
    "dead_letters",
    "find_facility",
    "find_items",
    "find_state",
    "hold_dead_letter",
    "indicators",
    "nation_and_states",
    "note_not_sent",
    "note_sending",
    "note_sent",
    "open_read_model",
    "position",
    "positions",
    "summary",
    "who_has",
]
