"""Bad input through the real path stops nothing: each record is counted or refused, and the sums are exact.

`make fuzz` does the same with a million records, drawn anew.
"""

import sys
from pathlib import Path

import pytest
import typer

from abasto.local.errors import JavaMissingError, KafkaDownloadError
from tests.fuzz.run import run_fuzz
from tests.integration.conftest import _missing
from tests.servers.reaper import Reaper

RECORDS = 20_000

pytestmark = pytest.mark.integration


def test_each_record_is_counted_or_refused(tmp_path: Path, reaper: Reaper) -> None:
    try:
        found = run_fuzz(RECORDS, 11, tmp_path, reaper, lambda sentence: typer.echo(sentence, file=sys.stderr))
    except (JavaMissingError, KafkaDownloadError) as missing:
        _missing(missing)
    assert not found
