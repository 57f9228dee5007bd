"""For the whole suite: generated cases are the same in every run, and never judged by how long a busy machine takes.

So a change is judged by what it changes. What looks for new cases is `make fuzz`.
"""

from hypothesis import HealthCheck, settings

settings.register_profile("suite", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
