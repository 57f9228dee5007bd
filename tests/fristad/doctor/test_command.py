"""`fristad doctor` as an operator types it."""

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

from tests.fristad.doctor.conftest import Deployment
from tests.running import ROOT, running


def doctor(folder: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    outer = {name: value for name, value in os.environ.items() if not name.startswith("FRISTAD_")}
    command = [sys.executable, "-m", "fristad", "doctor", *arguments]
    environment = {**outer, "PYTHONPATH": str(ROOT), **settings}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


def kinds(run: "subprocess.CompletedProcess[str]") -> list[str]:
    """The weights of what was found, less what depends on the machine: swap and other people's engines."""
    lines = run.stdout.splitlines()[:-1]
    return [line.split()[0] for line in lines if not line.startswith(("advice", "elsewhere"))]


def test_a_good_deployment_is_told_apart_from_the_environment_of_the_tests(
    deployment: Deployment, tmp_path: Path
) -> None:
    """The only thing wrong is the package that the extra `rasa` brings, which is never beside a real deployment."""
    resource.prlimit(deployment.engine.process.pid, resource.RLIMIT_CORE, (1, 1))
    run = doctor(
        tmp_path,
        *("--visitor", deployment.visitor, "--staff", deployment.staff),
        FRISTAD_DATA=str(deployment.sides.data),
        FRISTAD_DOCTOR_VISITOR_REDIS_URL=deployment.engine.visitor,
        FRISTAD_DOCTOR_STAFF_REDIS_URL=deployment.engine.staff,
        FRISTAD_DOCTOR_ADMIN_REDIS_URL=deployment.engine.admin,
        SSL_CERT_FILE=str(deployment.certificate),
    )
    assert run.stderr == ""
    *found, summary = run.stdout.splitlines()
    wrong = [
        line for line in found if not line.startswith(("advice", "elsewhere")) and not _is_strangers(line, deployment)
    ]
    assert len(wrong) == 1, run.stdout
    assert wrong[0].startswith("minor     opentelemetry.sdk can be imported here")
    assert summary.endswith("nothing was left unseen.")
    assert run.returncode == 1
    assert not any(secret in run.stdout for secret in _passwords(deployment))


def test_what_was_not_named_is_said_to_be_unseen(tmp_path: Path) -> None:
    run = doctor(tmp_path)
    assert kinds(run).count("unseen") == 3
    assert "--visitor" in run.stdout
    assert "--staff" in run.stdout
    assert "FRISTAD_REDIS_URL" in run.stdout


def test_the_users_alone_cannot_look_whether_the_engine_keeps(deployment: Deployment, tmp_path: Path) -> None:
    run = doctor(tmp_path, FRISTAD_REDIS_URL=deployment.engine.visitor)
    assert "FRISTAD_DOCTOR_ADMIN_REDIS_URL" in run.stdout


def test_an_address_that_is_none_is_refused(tmp_path: Path) -> None:
    for address in ("chat.example", "https://chat.example/path", "ftp://chat.example"):
        run = doctor(tmp_path, "--visitor", address)
        assert (run.returncode, run.stdout) == (2, "")
        assert run.stderr.count("\n") == 1


def test_an_engines_address_that_is_none_is_refused_without_its_value(tmp_path: Path) -> None:
    run = doctor(tmp_path, FRISTAD_DOCTOR_ADMIN_REDIS_URL="marked-secret")
    assert (run.returncode, run.stdout) == (2, "")
    assert "FRISTAD_DOCTOR_ADMIN_REDIS_URL" in run.stderr
    assert "marked" not in run.stderr


def _is_strangers(line: str, deployment: Deployment) -> bool:
    """About a process that some other test runs on the same machine."""
    found = re.search(r"\(process (\d+)\)", line)
    own = (deployment.sides.bot, deployment.sides.console, deployment.engine.process)
    return found is not None and int(found[1]) not in {each.pid for each in own}


def test_a_private_engine_needs_no_address(tmp_path: Path) -> None:
    with running(tmp_path) as house:
        run = doctor(tmp_path, FRISTAD_DATA=str(house.data))
    assert "engine" not in run.stdout.lower()
    assert kinds(run).count("unseen") == 2


def _passwords(deployment: Deployment) -> list[str]:
    engine = deployment.engine
    return [url.partition("@")[0].rpartition(":")[2] for url in (engine.visitor, engine.staff, engine.admin)]
