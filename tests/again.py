"""A test that lets browsers, telephones, engines or processes race is tried a second time when it fails, and named.

On a machine that others share, one of some thousand such tests meets now and then what no person would: a second
without a processor. That must neither stop a change nor be hidden, so what passed only at the second try is printed
with what it said at the first, and more than a few of them fail the whole run.
"""

from pathlib import Path

import pytest

RACING = {
    "bot", "browser", "console", "contract", "deploy", "faults", "fristad", "garbage", "journeys", "load",
    "phone", "phone_hooks", "spread", "telegram",
}  # fmt: skip
MOST = 8  # of a run: six were met in a whole one on a busy machine
_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _room(item.path) in RACING:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if len(_unsteady(session.config)) > MOST:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    unsteady = _unsteady(terminalreporter.config)
    if unsteady:
        terminalreporter.section("passed or failed only at the second try: faults to be found")
    for report in unsteady:
        terminalreporter.write_line(f"UNSTEADY {report.nodeid}")
        terminalreporter.write_line(report.longreprtext)
    if len(unsteady) > MOST:
        terminalreporter.write_line(f"{len(unsteady)} tests were tried twice, {MOST} may be: the run has failed.")


def _room(path: Path) -> str:
    return path.relative_to(_HERE).parts[0] if path.is_relative_to(_HERE) else "bot"  # a test of this module's own


def _unsteady(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return list(reporter.stats.get("rerun", ())) if reporter else []  # the processes of xdist have none
