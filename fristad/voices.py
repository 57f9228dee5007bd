"""Makes prompts out of their words with espeak-ng, where it has a voice for the language, as the telephone plays them.

Its Kurdish voice is Kurmanji and our texts are Sorani, and it has none for Somali and Tigrinya: those need recordings.
"""

import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from shutil import which

from bot.phone.music import compose
from dialogues.prompts import Catalogue, Prompt, spoken
from dialogues.sounds import ENDING, MANIFEST, digest, file_of, find_sounds, key, read_manifest
from dialogues.waves import RATE, WIDTH, write_wave
from fristad.refusal import Refused

VOICES: Mapping[str, str] = {"sv": "sv", "en": "en-gb", "ar": "ar", "fa": "fa"}
MUSIC = f"music/hold{ENDING}"

_WORDS_A_MINUTE = 150  # espeak-ng's own is 175: too quick for a bad line
_PAUSE = 0.3  # seconds of silence after each: prompts are played one after another
_PROGRAMS = ("espeak-ng", "sox")
_LIMIT = 60  # seconds for one prompt; it takes a tenth of one


def make_prompts(wanted: Catalogue, folder: Path, recordings: Path | None, tell: Callable[[str], None]) -> int:
    """Make what a voice can make and no person has recorded, once for its words; how many were made. Refused when a
    program is missing that has something to make, or the folder cannot be written. Files of prompts that are no longer
    wanted are removed."""
    sounds = find_sounds(wanted, folder, recordings)
    todo = [prompt for prompt in (*sounds.missing, *sounds.outdated) if prompt.language in VOICES]
    for program in _PROGRAMS:
        if todo and which(program) is None:
            raise Refused(
                f"{program} is missing, which makes the prompts: install it (Debian: apt-get install {program})."
            )
    try:
        _write(folder / MUSIC, compose)
        made = read_manifest(folder)
        for number, prompt in enumerate(todo, 1):
            _write(file_of(folder, prompt), lambda prompt=prompt: _speak(prompt, wanted[prompt]))  # type: ignore[misc]
            made[key(prompt)] = digest(wanted[prompt])
            if number % 100 == 0:
                tell(f"{number} of {len(todo)} prompts are made.")
        known = {key(prompt) for prompt in wanted}
        _remove_others(folder, made, known)
        manifest = json.dumps({name: made[name] for name in sorted(made) if name in known}, indent=0)
        _write(folder / MANIFEST, manifest.encode)
    except OSError:
        raise Refused(f"{folder} cannot be written: name a folder that this user may make.") from None
    return len(todo)


def _write(path: Path, make: Callable[[], bytes]) -> None:
    """Whole or not at all: a call may be playing the file."""
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(make())
    part.chmod(0o644)  # no secret, and the engine runs as another user
    part.replace(path)


def _speak(prompt: Prompt, words: str) -> bytes:
    """The words as a WAV file of the telephone's form."""
    voice = ["espeak-ng", "-v", VOICES[prompt.language], "-s", str(_WORDS_A_MINUTE), "--stdin", "--stdout"]
    form = ["-r", str(RATE), "-c", "1", "-b", str(8 * WIDTH), "-e", "signed-integer", "-L", "-t", "raw", "-"]
    convert = ["sox", "-D", "--ignore-length", "-t", "wav", "-", *form, "gain", "-n", "-3", "pad", "0", str(_PAUSE)]
    said = _run(voice, spoken(words).encode())
    return write_wave(_run(convert, said))  # into a pipe sox writes no length


def _run(command: list[str], given: bytes) -> bytes:
    try:
        done = subprocess.run(command, input=given, capture_output=True, check=True, timeout=_LIMIT)  # noqa: S603
    except (subprocess.SubprocessError, OSError):
        raise Refused(f"{command[0]} could not make a prompt: see that it works by itself and start again.") from None
    return done.stdout


def _remove_others(folder: Path, made: Mapping[str, str], known: set[str]) -> None:
    """Of what was made here alone: a file that somebody put beside it stays."""
    for name in set(made) - known:
        (folder / f"{name}{ENDING}").unlink(missing_ok=True)
