"""The real worker, with what tests do to it from inside: `python -m tests.workers.faulty` (see `hooks`)."""

import sys

from agents.worker import main
from tests.workers.hooks import apply_hooks

if __name__ == "__main__":
    apply_hooks()
    sys.exit(main())
