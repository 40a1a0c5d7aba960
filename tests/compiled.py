"""Whether the rules under test are compiled, and the mark of tests that only plain Python can run."""

from pathlib import Path

import pytest

import supply.book

COMPILED = Path(supply.book.__file__).suffix != ".py"

plain_python = pytest.mark.skipif(COMPILED, reason="replaces a rule while it runs: compiled rules do not let it")
