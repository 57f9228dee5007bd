"""The log policy: nothing of a visitor passes, whoever writes the record."""

import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from safety.logs import PolicyFormatter, PolicyHandler, error_id, log_config, log_failure

ADDRESS = "203.0.113.9"
PHRASE = "jag heter Marker"


@pytest.fixture
def output() -> Iterator[io.StringIO]:
    """The stream that one private logger writes to under the policy."""
    stream = io.StringIO()
    handler = PolicyHandler(stream)
    handler.setFormatter(PolicyFormatter())
    logger = logging.getLogger("bot.private")
    logger.addHandler(handler)
    logger.propagate = False
    yield stream
    logger.removeHandler(handler)
    logger.propagate = True


def test_text_arguments_and_traceback_of_a_record_are_dropped(output: io.StringIO) -> None:
    logger = logging.getLogger("bot.private")
    try:
        raise ValueError(f"{PHRASE} from {ADDRESS}")
    except ValueError:
        logger.exception("visitor %s said " + PHRASE, ADDRESS, stack_info=True, extra={"client": ADDRESS})
    line = output.getvalue()
    assert ADDRESS not in line
    assert "Marker" not in line
    assert "Traceback" not in line
    assert line.rstrip().endswith("ERROR bot.private class=ValueError")
    assert line.count("\n") == 1


def test_the_time_is_rounded_to_the_hour() -> None:
    record = logging.makeLogRecord({"name": "bot", "levelno": logging.ERROR, "msg": "x", "created": 1795312799.9})
    assert PolicyFormatter().format(record) == "2026-11-22T01h ERROR bot"


def test_a_failure_is_written_as_its_id_and_class(output: io.StringIO) -> None:
    number = error_id()
    log_failure(logging.getLogger("bot.private"), number, KeyError(PHRASE))
    assert output.getvalue().rstrip().endswith(f"ERROR bot.private event=failed error={number} class=KeyError")


@pytest.mark.parametrize(
    "extra",
    [
        {"event": PHRASE},
        {"event": "failed"},
        {"error_id": ADDRESS},
        {"error_id": "abcdef12 " + PHRASE},
        {"error_class": PHRASE},
        {"error_class": str},
    ],
)
def test_a_field_that_is_not_ours_is_dropped(extra: dict[str, object]) -> None:
    record = logging.makeLogRecord({"name": "bot", "levelno": logging.WARNING, "created": 0.0, **extra})
    assert PolicyFormatter().format(record) == "1970-01-01T00h WARNING bot"


def test_a_logger_name_that_holds_text_is_not_printed() -> None:
    record = logging.makeLogRecord({"name": f"conn {ADDRESS}", "levelno": logging.WARNING, "created": 0.0})
    assert PolicyFormatter().format(record) == "1970-01-01T00h WARNING unnamed"


def test_a_line_that_cannot_be_written_leaks_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    closed = io.StringIO()
    closed.close()
    handler = PolicyHandler(closed)
    handler.setFormatter(PolicyFormatter())
    handler.handle(logging.makeLogRecord({"name": "bot", "levelno": logging.ERROR, "msg": "%s", "args": (ADDRESS,)}))
    assert capfd.readouterr().err == ""


def test_error_ids_are_short_and_differ() -> None:
    ids = {error_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(number) for number in ids} == {8}


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        log_config("LOUD")


@pytest.mark.parametrize("level", ["DEBUG", "INFO"])
def test_uvicorn_stays_at_warnings_even_when_we_ask_for_more(level: str) -> None:
    loggers = log_config(level)["loggers"]
    assert loggers["uvicorn.error"]["level"] == "WARNING"
    assert loggers["uvicorn.access"]["level"] > logging.CRITICAL


def test_bad_requests_cannot_fill_a_log(capfd: pytest.CaptureFixture[str]) -> None:
    program = """
import logging, logging.config
from safety.logs import log_config
logging.config.dictConfig(log_config())
logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
logging.getLogger("python_multipart.multipart").warning("Did not find boundary")
try:
    raise KeyError
except KeyError:
    logging.getLogger("uvicorn.error").exception("Exception in ASGI application")
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
    lines = capfd.readouterr().err.splitlines()
    assert [line.split(" ", 1)[1] for line in lines] == ["ERROR uvicorn.error class=KeyError"]


CRASHES = """
import asyncio, gc, logging, logging.config, sys, threading, warnings
from safety.logs import install_last_resort, log_config

mark = sys.argv[1]
if sys.argv[2] == "configured":
    logging.config.dictConfig(log_config("DEBUG"))
loop = asyncio.new_event_loop()
install_last_resort(loop)

class Falls:
    def __del__(self):
        raise OSError(mark)

def fall():
    raise KeyError(mark)

async def forgotten():
    asyncio.get_running_loop().create_task(broken())
    await asyncio.sleep(0)
    await asyncio.sleep(0)

async def broken():
    raise ConnectionError(mark)

for name in ("uvicorn.error", "uvicorn.access", "asyncio", "redis", "sqlalchemy.engine", "starlette"):
    logging.getLogger(name).error("from %s", mark, stack_info=True)
logging.getLogger("uvicorn.error").info('%s - "WebSocket /" [accepted]', mark)
warnings.warn(mark)
Falls()
thread = threading.Thread(target=fall, name=mark)
thread.start()
thread.join()
loop.run_until_complete(forgotten())
gc.collect()
loop.close()
raise RuntimeError(mark)
"""


@pytest.mark.parametrize("logging_is", ["configured", "left alone"])
def test_a_process_that_breaks_in_every_way_prints_classes_only(logging_is: str) -> None:
    run = subprocess.run(
        [sys.executable, "-c", CRASHES, f"{PHRASE} {ADDRESS}", logging_is],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert run.stdout == ""
    assert ADDRESS not in run.stderr
    assert "Marker" not in run.stderr
    assert "Traceback" not in run.stderr
    lines = [line.split(" ", 1)[1] for line in run.stderr.splitlines()]
    for expected in (
        "ERROR asyncio",
        "ERROR fristad event=uncaught class=OSError",
        "ERROR fristad event=uncaught class=KeyError",
        "ERROR asyncio event=uncaught class=ConnectionError",
        "ERROR fristad event=uncaught class=RuntimeError",
    ):
        assert expected in lines
    assert ("ERROR uvicorn.access" in lines) == (logging_is == "left alone")
    assert run.returncode == 1
