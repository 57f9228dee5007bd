"""What the front door does for the telephone: run the line, write the engine's files, make the prompts."""

import asyncio
import logging.config
import os
import secrets
import signal
from collections.abc import Callable, Coroutine
from contextlib import nullcontext, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

from pydantic import ValidationError
from pydantic_settings import SettingsError

from bot.phone.engine_files import FAULT, FOLDERS, NoTrunk, engine_files
from bot.phone.settings import EngineSettings
from dialogues.files import ContentError
from dialogues.hours import SWEDEN
from dialogues.loader import load_content
from dialogues.overlay import lay, read_document
from dialogues.prompts import Catalogue, Prompt, catalogue
from dialogues.sounds import ENDING, Sounds, file_of, find_sounds, key, lacking
from dialogues.values import Content
from fristad.preflight import check_content
from fristad.refusal import GaveUp, Refused
from fristad.settings import explain
from fristad.voices import make_prompts
from fristad.watching import Watch, open_watch
from handover.ports import HandoverError
from handover.values import Edition
from handover.visitor_redis import RedisVisitorEnd
from safety.logs import install_last_resort, log_config
from safety.vitals import Process

_FAULT_LANGUAGES = 2  # somebody who hears the fault waits for no third


def run_phone(out: TextIO) -> int:
    """Take calls until SIGINT or SIGTERM. Refused when settings, texts or prompts are wrong; GaveUp when the engine of
    the talks is not there."""
    from bot.phone.main import NoPrompts, build

    settings = read_engine_settings()
    check_content(_now(), demo=settings.demo, desk=settings.desk)
    try:
        line = build()
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None
    except NoPrompts as error:
        raise Refused(f"{error}.") from None
    os.umask(0o077)
    logging.config.dictConfig(log_config())
    try:
        watch = open_watch(Process.PHONE, line.readiness)
        asyncio.run(_until_asked(line.run, lambda: print("Phone: taking calls", file=out, flush=True), watch))
    except* HandoverError:
        raise GaveUp(
            "The phone line could not start: see that the engine at FRISTAD_REDIS_URL answers and takes the password."
        ) from None
    except* OSError:
        raise GaveUp(
            f"The phone line could not start: {settings.phone_folder} is not there. Write the engine's files with "
            "`fristad phone render DIR` and set FRISTAD_PHONE_FOLDER to DIR."
        ) from None
    return 0


def render_engine(folder: Path, out: TextIO) -> int:
    """Write the engine's whole configuration below `folder`, with a new password. Refused when a setting is missing."""
    settings = read_engine_settings()
    folder = folder.absolute()
    try:
        files = engine_files(settings, folder, secrets.token_urlsafe(32), _fault(settings))
    except NoTrunk as error:
        raise Refused(f"{error}.") from None
    try:
        for name in FOLDERS:
            (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in files:
            _write_secret(folder / file.name, file.text, 0o700 if file.program else 0o600)
    except OSError:
        raise Refused(f"{folder} cannot be written: name a folder that this user may make.") from None
    print(f"The engine's files are in {folder}: start it with {folder}/start /usr/sbin/asterisk", file=out)
    return 0


def speak_prompts(folder: Path | None, out: TextIO) -> int:
    """Make the prompts and list, per language, what a voice speaks and what is missing. Refused as make_prompts is."""
    settings = read_engine_settings()
    made = folder.absolute() if folder else settings.phone_sounds
    wanted = read_catalogue(settings, published=True)
    count = make_prompts(wanted, made, settings.phone_recordings, lambda said: print(said, file=out, flush=True))
    print(f"{count} prompts were made in {made}.", file=out)
    for sentence in list_prompts(wanted, find_sounds(wanted, made, settings.phone_recordings)):
        print(sentence, file=out)
    return 0


def list_prompts(wanted: Catalogue, sounds: Sounds) -> list[str]:
    """Per language: how many are recorded and synthetic, and by name what is missing or says what is no longer so."""
    sentences = []
    for language in dict.fromkeys(prompt.language for prompt in wanted):
        kinds = (sounds.spoken, sounds.synthetic, sounds.missing, sounds.outdated)
        spoken, synthetic, missing, outdated = (
            [prompt for prompt in kind if prompt.language == language] for kind in kinds
        )
        sentences.append(
            f"{language}: {len(spoken)} recorded by a person, {len(synthetic)} synthetic, {len(missing)} missing, "
            f"{len(outdated)} outdated; {'not offered' if lacking(language, wanted, sounds) else 'offered'} by phone."
        )
        sentences += [f"  {kind}: {key(prompt)}" for kind, found in _named(missing, outdated) for prompt in found]
    return sentences


def _named(missing: list[Prompt], outdated: list[Prompt]) -> list[tuple[str, list[Prompt]]]:
    return [("missing", missing), ("outdated", outdated)]


def read_catalogue(settings: EngineSettings, *, published: bool) -> Catalogue:
    """The words of every prompt of the configured desk, `published`: with what staff published. Refused when there is
    no such desk, or the texts have a mistake."""
    content = _content(settings) if published else _shipped(settings)
    if settings.desk not in content.desks:
        raise Refused(f"FRISTAD_DESK names no desk: it is one of {', '.join(sorted(content.desks))}.")
    return catalogue(content, content.desks[settings.desk], settings.deadline_minutes)


def read_engine_settings() -> EngineSettings:
    """The engine's settings. Refused, naming the setting and never its value."""
    try:
        return EngineSettings()
    except (ValidationError, SettingsError) as error:
        raise Refused(explain(error)) from None


def _fault(settings: EngineSettings) -> list[Path]:
    """What is heard when our process is not there, in the first languages: a recording where there is one."""
    found = []
    for language in _shipped(settings).phone.languages[:_FAULT_LANGUAGES]:
        prompt = Prompt(language, FAULT)
        places = [file_of(folder, prompt) for folder in settings.sound_folders]
        path = next((path for path in places if path.is_file()), places[-1])
        found.append(path.with_name(path.name.removesuffix(ENDING)))
    return found


def _content(settings: EngineSettings) -> Content:
    """As it is shipped, with what staff published where the engine of the talks is known. Refused when it is known and
    not there: prompts of other texts than the page's would be made."""
    content = _shipped(settings)
    if settings.redis_url is None:
        return content
    try:
        edition = asyncio.run(_edition(settings.redis_url.get_secret_value()))
        return lay(read_document(edition.document), content) if edition else content
    except (ContentError, ValueError) as error:
        raise Refused(f"What staff published cannot be used: {error}.") from None
    except HandoverError:
        raise Refused(
            "What staff published cannot be read: see that the engine at FRISTAD_REDIS_URL answers and takes the "
            "password, or leave FRISTAD_REDIS_URL out to take the texts as they are shipped."
        ) from None


def _shipped(settings: EngineSettings) -> Content:
    try:
        return load_content(now=_now(), demo=settings.demo)
    except ContentError as error:
        raise Refused(f"The texts cannot be used: {error}.") from None


async def _edition(url: str) -> Edition | None:
    end = RedisVisitorEnd(url)
    try:
        await end.open()
        return await end.edition()
    finally:
        await end.close()


def _write_secret(path: Path, text: str, mode: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(descriptor, mode)  # of one that was there before, too
        file.write(text)


async def _until_asked(
    run: Callable[[Callable[[], None]], Coroutine[Any, Any, None]], ready: Callable[[], None], watch: Watch | None
) -> None:
    """Run until it ends by itself, or a signal asks for the end; watched from its start to its end."""
    loop = asyncio.get_running_loop()
    install_last_resort(loop)
    async with watch.open() if watch else nullcontext():
        task: asyncio.Task[None] = loop.create_task(run(ready))
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        with suppress(asyncio.CancelledError):
            await task


def _now() -> datetime:
    return datetime.now(SWEDEN)
