"""How Hypothesis works in all tests."""

import os

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
