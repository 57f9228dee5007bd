"""A line at a provider tells how it is at a port of its own, and nothing to the provider."""

from pathlib import Path

from tests.fristad.processes import eventually
from tests.phone_hooks.lines import line
from tests.running import free_port
from tests.watched import ask, figure


def test_it_is_ready_while_the_engine_of_the_talks_answers(tmp_path: Path) -> None:
    port = free_port()
    with line("46elks", tmp_path, METRICS_PORT=str(port)) as own:
        assert ask(port, "/readyz") == (200, "ok")
        assert figure(port, "fristad_connections_ratio", "phone") == "0"
        for path in ("/healthz", "/readyz", "/metrics"):
            assert ask(int(own.base.rpartition(":")[2]), path) == (404, "")
        own.talks.process.terminate()
        own.talks.process.wait(timeout=60)
        eventually(lambda: ask(port, "/readyz") == (503, ""))
        assert ask(port, "/healthz") == (200, "ok")
        assert figure(port, "fristad_part_ready", "phone", "engine") == "0"
