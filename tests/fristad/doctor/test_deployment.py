"""What the doctor sees of apps and an engine that run here as they should."""

from fristad.doctor.files import check_data
from fristad.doctor.findings import Weight
from fristad.doctor.processes import check_processes, engine_behind, running
from tests.fristad.doctor.conftest import Deployment


def test_data_for_the_consoles_user_alone_are_right(deployment: Deployment) -> None:
    assert (deployment.sides.data / "console.sqlite3").is_file()
    assert check_data(deployment.sides.data) == []
    assert check_data(deployment.sides.data / "nowhere") == []


def test_running_apps_are_found_and_have_nothing_wrong(deployment: Deployment) -> None:
    ours = {deployment.sides.bot.pid: "bot", deployment.sides.console.pid: "console"}
    found = [each for each in running() if each.pid in ours]
    assert {each.pid: each.kind for each in found} == ours
    assert [finding for finding in check_processes(found) if finding.weight < Weight.ADVICE] == []


def test_the_engine_at_the_end_of_a_socket_is_found(deployment: Deployment) -> None:
    assert [each.pid for each in engine_behind(deployment.engine.staff)] == [deployment.engine.process.pid]
    assert engine_behind("unix://visitor:x@/nowhere") == []
    assert engine_behind("redis://visitor:x@127.0.0.1:1") == []
