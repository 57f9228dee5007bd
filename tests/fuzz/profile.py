"""Hypothesis for a run that has time: `-p tests.fuzz.profile --hypothesis-profile=fuzz`."""

from hypothesis import HealthCheck, settings

NAME = "fuzz"

settings.register_profile(
    NAME, max_examples=1_000, deadline=None, database=None, print_blob=True, suppress_health_check=list(HealthCheck)
)
