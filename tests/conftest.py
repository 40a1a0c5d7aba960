"""What holds for all tests: how Hypothesis works, and which signals reach the programs that tests start."""

import os
import signal

from hypothesis import HealthCheck, settings

from tests.thoroughness import number_of_cases

# In CI Hypothesis' own profile is the ground: the same cases at every run, so that a red run is the change's doing.
settings.register_profile(
    "abasto",
    settings.get_profile("ci" if os.environ.get("CI") else "default"),
    max_examples=number_of_cases(100),
    # How long a case takes says more about the machine's other work than about us.
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # What a failure prints is enough to have the same case again elsewhere.
    print_blob=True,
)
if os.environ.get("ABASTO_THOROUGH"):
    # A search that draws the same cases each time would be over after the first.
    settings.register_profile("abasto", settings.get_profile("abasto"), derandomize=False)
settings.load_profile("abasto")


def pytest_configure() -> None:
    """Let Ctrl-C and hang-ups reach what tests start: a shell that runs this in the background has them ignored, and
    programs inherit that."""
    for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
