"""A phone line tells how it is: alive without its telephone engine, ready with it, and no figure of a caller."""

import signal
from pathlib import Path

from safety.vitals import VITALS
from tests.fristad.processes import eventually
from tests.phone.exchange import TONES, exchange
from tests.running import free_port
from tests.watched import ask, figure

_LIMIT = 180.0  # seconds; the telephone engine takes a few, the machine is shared


def test_it_is_ready_while_both_engines_answer(tmp_path: Path) -> None:
    port = free_port()
    with exchange(tmp_path, TONES, METRICS_PORT=str(port)) as own:
        eventually(lambda: ask(port, "/readyz") == (200, "ok"), _LIMIT)
        own.end_engine(signal.SIGKILL)
        eventually(lambda: ask(port, "/readyz") == (503, ""), _LIMIT)
        assert ask(port, "/healthz") == (200, "ok")
        assert figure(port, "fristad_part_ready", "phone", "telephone") == "0"
        assert figure(port, "fristad_part_ready", "phone", "engine") == "1"
        own.start_engine()
        eventually(lambda: ask(port, "/readyz") == (200, "ok"), _LIMIT)
        told = {line.partition("{")[0] for line in ask(port, "/metrics")[1].splitlines() if not line.startswith("#")}
        assert told == {vital.name for vital in VITALS} - {"fristad_connections_ratio"}  # it serves none
        assert own.run("health", "--ready").returncode == 0
