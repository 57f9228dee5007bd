"""What the front door does for assistants built on Rasa: serve the actions, write the files."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TextIO

from pydantic import ValidationError
from pydantic_settings import SettingsError

import dialogues
from bot.rasa import export
from bot.rasa.answers import Place
from bot.rasa.folders import FolderTaken, write_folder
from bot.rasa.settings import RasaSettings
from dialogues.files import ContentError
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.values import Content
from fristad.listening import authority, listen
from fristad.preflight import check_content
from fristad.refusal import Refused
from fristad.serve import run_app
from fristad.settings import explain
from safety.headers import Asgi

_MESSAGES = Path(dialogues.__file__).parent / "training" / "messages"
_DEMO_PAGE = "http://127.0.0.1:8000/"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # what a caller on this machine reaches it at


def serve_actions(out: TextIO, *, demo: bool) -> int:
    """Run the action server until SIGINT or SIGTERM. Refused when the extra or a setting is missing or wrong."""
    create = _create_app()
    settings = _read_settings()
    demo = demo or settings.demo
    check_content(_now(), demo=demo, desk=settings.desk)
    page = settings.rasa_page or (_DEMO_PAGE if demo else None)
    if page is None:
        raise Refused("FRISTAD_RASA_PAGE is not set: name the visitor's page, where people answer.")
    content, place = _content(demo=demo), Place(settings.desk, page)
    sockets = listen(settings.rasa_host, settings.rasa_port, "RASA")
    print(f"Rasa actions: http://{authority(settings.rasa_host, sockets)}/webhook", file=out, flush=True)
    run_app(lambda: create(content, place, _now, settings.secret), sockets)
    return 0


def export_topics(folder: Path, out: TextIO) -> int:
    """Write the folder of a Rasa assistant. Refused when it is not empty or cannot be written."""
    settings = _read_settings()
    host = _EVERYWHERE.get(settings.rasa_host, settings.rasa_host)
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{shown}:{settings.rasa_port}/webhook"
    messages = export.read_messages(_MESSAGES)
    files = export.files(_content(demo=settings.demo), messages, url, secret=settings.secret is not None)
    try:
        write_folder(folder, files)
    except FolderTaken:
        raise Refused(f"{folder} is not an empty folder: name a new one; nothing was written.") from None
    except OSError:
        raise Refused(f"{folder} cannot be written: name a folder that this user may make.") from None
    print(f"{len(files)} files are in {folder}: merge them into your assistant and train it.", file=out)
    return 0


def _create_app() -> Callable[[Content, Place, Callable[[], datetime], str | None], Asgi]:
    try:
        from bot.rasa.main import create_app
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in {"bot", "dialogues", "handover", "safety"}:
            raise
        raise Refused(
            "The Rasa actions need the extra `rasa`, which is not installed: "
            "run `.venv/bin/pip install -e '.[rasa]'` in Fristad's folder."
        ) from None
    return create_app


def _read_settings() -> RasaSettings:
    try:
        return RasaSettings()
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None


def _content(*, demo: bool) -> Content:
    try:
        return load_content(now=_now(), demo=demo)
    except ContentError as error:
        raise Refused(f"The texts cannot be used: {error}.") from None


def _now() -> datetime:
    return datetime.now(SWEDEN)
