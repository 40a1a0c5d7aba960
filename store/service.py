"""The projector as a program: puts its parts together, and ends in good order."""

import gc
import logging
import signal
import threading
from contextlib import ExitStack, closing
from types import FrameType

from sqlalchemy.exc import DBAPIError

from store.database import DatabaseNotReady, DatabaseUnusable, check_schema, open_engine
from store.faults import ProjectorFault
from store.indicator_reader import IndicatorReader
from store.metrics import ProjectorMetrics
from store.patience import Patience, Stopped
from store.projections import PROJECTIONS
from store.projector import Projector
from store.reader import open_reader
from store.settings import SettingError, StoreSettings
from store.voices import quiet_kafka

log = logging.getLogger(__name__)

GARBAGE_THRESHOLD = 100_000
"""New objects before Python looks for cycles among them. A batch makes some 60,000, all gone after it and none in a
cycle; with the default of 700 the search was a fifth of the projector's time."""


def run_projector(settings: StoreSettings) -> int:
    """Runs the projector until SIGTERM or SIGINT; returns the exit code: 0 when it was told to stop, 1 when a
    fault ended it, 2 when a setting or the database was not as needed. The log says which."""
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, told) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        _run(settings, stop)
    except Stopped:
        log.info("Told to stop before the first batch")
    except (SettingError, DatabaseNotReady, DatabaseUnusable) as wrong:
        log.error("%s", wrong)
        return 2
    except ProjectorFault as fault:
        log.critical("%s", fault)
        return 1
    except DBAPIError as error:
        log.critical("The database refused a statement: %s", " ".join(str(error.orig).split()), exc_info=error)
        return 1
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0


def tune() -> None:
    """Settings of the interpreter that suit a projector."""
    gc.set_threshold(GARBAGE_THRESHOLD)


def _run(settings: StoreSettings, stop: threading.Event) -> None:
    tune()
    quiet_kafka()
    metrics = ProjectorMetrics()
    if settings.projector_metrics_port:
        metrics.serve(settings.metrics_host, settings.projector_metrics_port)
    patience = Patience(settings.database_patience_seconds, stop, metrics.database_retries.inc)
    engine = open_engine(settings.database, read_again=True)
    with ExitStack() as at_the_end:
        at_the_end.callback(engine.dispose)
        patience.insist(lambda: check_schema(engine), "looking at its tables")
        if settings.projector_metrics_port:  # nobody could see them otherwise
            indicators = IndicatorReader(settings.database, metrics.indicators)
            indicators.start()
            at_the_end.callback(indicators.close)
        reader = at_the_end.enter_context(closing(open_reader(settings, PROJECTIONS, stop)))
        Projector(settings, engine, reader, patience, metrics).run()
