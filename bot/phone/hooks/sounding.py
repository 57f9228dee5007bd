"""What a call needs of sounds, as addresses: its prompts, music in parts, silence, and what is said when all breaks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.phone.engine_files import FAULT
from bot.phone.hooks.addresses import Hooks
from bot.phone.hooks.shelf import Shelf, read_frames
from bot.phone.music import compose
from dialogues.prompts import Prompt
from dialogues.waves import RATE, WIDTH, read_wave

MUSIC = "music/hold.wav"  # below FRISTAD_PHONE_SOUNDS, where `fristad phone prompts` writes it
PART = 8.0  # seconds of music until the provider asks whether somebody has come
_SILENCE = 0.2  # seconds; what follows is the wait for a key
_FAULT_LANGUAGES = 2


@dataclass(frozen=True, slots=True)
class Sound:
    """Where it is, and how long it takes in seconds."""

    address: str
    seconds: float


class Sounding:
    """`files` tells where prompts are, `sounds` is the folder of what was made."""

    def __init__(
        self,
        hooks: Hooks,
        shelf: Shelf,
        sounds: Path,
        languages: Sequence[str],
        files: Callable[[], Mapping[Prompt, Path]],
    ) -> None:
        self._hooks = hooks
        self._shelf = shelf
        self._languages = languages
        self._files = files
        frames = read_frames(sounds / MUSIC) or read_wave(compose())
        part = round(PART * RATE) * WIDTH
        self._music = [self._keep(frames[start : start + part]) for start in range(0, len(frames), part)]
        self._silence = self._keep(bytes(round(_SILENCE * RATE) * WIDTH))

    def files(self, files: Sequence[Path]) -> Sound:
        """These prompts, one after another, without their ending."""
        placed = self._shelf.put(files)
        return Sound(self._hooks.sound(placed.name), placed.seconds)

    def music(self, number: int) -> Sound:
        """A part of the music; after the last comes the first."""
        return self._music[number % len(self._music)]

    def silence(self) -> str:
        """Hardly anything."""
        return self._silence.address

    def ask(self) -> str:
        """What a staff member hears who is rung, in the first language, the staff's own; empty without a prompt."""
        prompt = Prompt(self._languages[0], "staff.press")
        there = self._files()
        return self.files([there[prompt]]).address if prompt in there else ""

    def fault(self) -> str:
        """That something went wrong, in the first languages; empty when nobody has said it."""
        there = self._files()
        prompts = [Prompt(language, FAULT) for language in self._languages[:_FAULT_LANGUAGES]]
        found = [there[prompt] for prompt in prompts if prompt in there]
        return self.files(found).address if found else ""

    def _keep(self, frames: bytes) -> Sound:
        placed = self._shelf.keep(frames)
        return Sound(self._hooks.sound(placed.name), placed.seconds)
