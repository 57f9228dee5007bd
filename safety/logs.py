"""Log policy: a line holds the hour, a level, a logger's name and our own constants; no text, value or traceback."""

import asyncio
import logging
import re
import secrets
import sys
import threading
import time
from enum import StrEnum
from typing import Any


class Event(StrEnum):
    """The closed set of things that a log line may say happened."""

    FAILED = "failed"  # something was refused with an error id that its user has seen
    UNCAUGHT = "uncaught"  # an exception reached the edge of the process, a thread or the event loop


_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}")
_ERROR_ID = re.compile(r"[0-9a-f]{8}")
_SILENT = logging.CRITICAL + 10


def log_config(level: str = "WARNING") -> dict[str, Any]:
    """Settings for `logging.config.dictConfig` and uvicorn: one handler to standard error, the policy for everybody.

    ValueError when `level` is not one of logging's names.
    """
    if level not in logging.getLevelNamesMapping():
        raise ValueError("level is not one of logging's level names")
    above_info = level if logging.getLevelNamesMapping()[level] >= logging.WARNING else "WARNING"
    # An empty list of handlers also removes those that a library has put up before.
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"policy": {"()": PolicyFormatter}},
        "filters": {"telling": {"()": TellingFilter}},
        "handlers": {"stderr": {"()": PolicyHandler, "formatter": "policy"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            "uvicorn": {"level": above_info, "handlers": [], "propagate": True},
            # At INFO it writes the address of every WebSocket, access log or not.
            "uvicorn.error": {"level": above_info, "handlers": [], "propagate": True, "filters": ["telling"]},
            "uvicorn.access": {"level": _SILENT, "handlers": [], "propagate": False},
            "uvicorn.asgi": {"level": above_info, "handlers": [], "propagate": True},
            "python_multipart": {"level": _SILENT, "handlers": [], "propagate": False},
        },
    }


def error_id() -> str:
    """A random short id that a person can read out; it says nothing about who met the error."""
    return secrets.token_hex(4)


def log_failure(logger: logging.Logger, error_id: str, error: BaseException) -> None:
    """Write that something failed: the id and the exception's class, nothing else of it."""
    _write(logger, Event.FAILED, type(error), error_id)


def install_last_resort(loop: asyncio.AbstractEventLoop | None = None) -> None:
    """Have what nobody caught (in the process, a thread, a destructor, `loop`) and warnings written by class only."""
    logger = logging.getLogger("fristad")
    sys.excepthook = lambda kind, error, trace: _write(logger, Event.UNCAUGHT, kind)
    threading.excepthook = lambda args: _write(logger, Event.UNCAUGHT, args.exc_type)
    sys.unraisablehook = lambda args: _write(logger, Event.UNCAUGHT, args.exc_type)
    logging.captureWarnings(True)
    if logging.lastResort is not None:  # what is logged before, or without, log_config
        logging.lastResort.setFormatter(PolicyFormatter())
    if loop is not None:
        loop.set_exception_handler(_write_loop_error)


class TellingFilter(logging.Filter):
    """Passes what came with an exception. Bad requests make the server write lines of which the policy leaves nothing
    but their number, and anybody could fill a disk with those."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        return bool(record.exc_info)


class PolicyFormatter(logging.Formatter):
    """Prints the allow-listed parts of a record and drops the rest, whoever wrote it."""

    def format(self, record: logging.LogRecord) -> str:
        parts = [_hour(record.created), logging.getLevelName(record.levelno), _name(record.name)]
        event = getattr(record, "event", None)
        if isinstance(event, Event):
            parts.append(f"event={event.value}")
        number = getattr(record, "error_id", None)
        if isinstance(number, str) and _ERROR_ID.fullmatch(number):
            parts.append(f"error={number}")
        kind = getattr(record, "error_class", None) or (record.exc_info[0] if record.exc_info else None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            parts.append(f"class={_name(kind.__name__)}")
        return " ".join(parts)


class PolicyHandler(logging.StreamHandler):  # type: ignore[type-arg]  # generic in the stubs only
    """Standard error; a line that cannot be written is lost, because the default would print the record's arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        return


def _write(logger: logging.Logger, event: Event, kind: type[BaseException] | None, error_id: str | None = None) -> None:
    logger.error(event.value, extra={"event": event, "error_class": kind, "error_id": error_id})


def _write_loop_error(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    error = context.get("exception")
    _write(logging.getLogger("asyncio"), Event.UNCAUGHT, type(error) if isinstance(error, BaseException) else None)


def _hour(created: float) -> str:
    # UTC, so that a change to summer time neither doubles nor skips an hour.
    return time.strftime("%Y-%m-%dT%Hh", time.gmtime(created))


def _name(name: str) -> str:
    """A name as code would write it; anything else might be somebody's text."""
    return name if _NAME.fullmatch(name) else "unnamed"
