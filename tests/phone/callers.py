"""Real telephones of others: baresip, which records what it hears, and sipp, which plays any signalling."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.phone.tones import WINDOW, heard, tone
from tests.running import free_port

CALLER = "46701740606"  # whose telephone it is
VOICE = 440.0  # Hz: what a caller says all the time
_MODULES = Path("/usr/lib/baresip/modules")
_LIMIT = 60.0  # seconds that something may take to be heard; the machine is shared


def program(name: str, package: str) -> str:
    """Its path; a missing one fails by name."""
    found = shutil.which(name)
    assert found is not None, f"{name} is missing: install Debian's package {package}"
    return found


class Baresip:
    """One caller. Keys are pressed as people do, one after another; what is heard is recorded."""

    def __init__(self, folder: Path, control: int, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self._control = control
        self._process = process

    def press(self, keys: str) -> None:
        """Press keys during the call."""
        for key in keys:
            self.command("sndcode", key)
            time.sleep(0.25)

    def vanish(self) -> None:
        """As a telephone whose battery is empty: no word, no goodbye."""
        self._process.kill()

    def command(self, name: str, parameters: str = "") -> None:
        """One command of its control port, as a netstring of JSON."""
        text = json.dumps({"command": name, "params": parameters})
        with socket.create_connection(("127.0.0.1", self._control), timeout=5) as control:
            control.sendall(f"{len(text)}:{text},".encode())
            control.settimeout(5)
            with suppress(TimeoutError):
                control.recv(4096)

    def when(self, hertz: float, after: float = -1.0) -> float:
        """The first second of the recording at which a tone is heard, `after` another one was; waits for it."""
        found: list[float] = []

        def there() -> bool:
            found[:] = [
                at for at in self.heard(hertz) if at > after + 2 * WINDOW
            ]  # one window holds the end of one and the beginning of another
            return bool(found)

        wait(there, f"{hertz} Hz is not heard")
        return found[0]

    def heard(self, hertz: float) -> list[float]:
        """The seconds of the recording at which a tone is heard."""
        recordings = sorted(self.folder.glob("dump-*-dec.wav"))
        return heard(recordings[0], hertz) if recordings else []


def wait(holds: Callable[[], bool], otherwise: str) -> None:
    """Until it holds; AssertionError with `otherwise` when it does not in time."""
    limit = time.monotonic() + _LIMIT
    while not holds():
        assert time.monotonic() < limit, otherwise
        time.sleep(0.1)


@contextmanager
def baresip(folder: Path, sip: int, number: str = CALLER, rung_at: int = 0) -> Iterator[Baresip]:
    """A telephone that calls the line at this port and says VOICE; with `rung_at`, one that is called at that port, and
    picks up."""
    folder.mkdir(parents=True)
    # Pitfall 10: its own tone generator wants 48 kHz, so it plays a file; its keys are the command `sndcode`.
    (folder / "voice.wav").write_bytes(tone(VOICE, 240))
    answers = ";answermode=auto" * bool(rung_at)
    (folder / "accounts").write_text(f"<sip:+{number}@127.0.0.1>;regint=0;audio_codecs=PCMA{answers}\n")
    process, control = _start(folder, rung_at)
    if not _answers(process, control):  # another program was quicker to take one of the ports
        process.kill()
        process.wait(10)
        process, control = _start(folder, rung_at)
    caller = Baresip(folder, control, process)
    try:
        wait(lambda: _reachable(control), "baresip did not start")
        if not rung_at:
            caller.command("dial", f"sip:line@127.0.0.1:{sip}")
        yield caller
    finally:
        with suppress(OSError):
            caller.command("hangup")
        process.terminate()
        process.wait(10)


def sipp(
    folder: Path, sip: int, scenario: str, *, calls: int = 1, at_once: int = 1, local: str = "127.0.0.1"
) -> Sequence[str]:
    """Run a scenario against the line from an address; AssertionError with its last lines when a call of it fails."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "scenario.xml"
    path.write_text(scenario)
    command = [
        program("sipp", "sip-tester"),
        f"127.0.0.1:{sip}",
        "-sf",
        str(path),
        "-m",
        str(calls),
        "-l",
        str(at_once),
    ]
    command += ["-i", local, "-p", str(free_port()), "-mp", str(free_port()), "-timeout", "120", "-nostdin"]
    command += ["-r", str(at_once)]  # calls begun within a second
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=150)
    lines = (done.stdout + done.stderr).splitlines()
    assert done.returncode == 0, "\n".join(lines[-40:])
    return lines


def _reachable(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _start(folder: Path, rung_at: int) -> tuple[subprocess.Popen[bytes], int]:
    """The program, and the port at which it is told what to do."""
    control = free_port()
    modules = ("aufile", "sndfile", "g711", "ctrl_tcp", "account", "menu", "uuid")
    lines = [
        f"module_path {_MODULES}",
        f"audio_source aufile,{folder}/voice.wav",
        f"audio_player aufile,{folder}/heard.wav",
        "audio_alert aubridge,none",
        f"snd_path {folder}",
        f"ctrl_tcp_listen 127.0.0.1:{control}",
        f"sip_listen 127.0.0.1:{rung_at or free_port()}",
        *(f"{'module_app' if name in {'ctrl_tcp', 'account', 'menu'} else 'module'} {name}.so" for name in modules),
    ]
    (folder / "config").write_text("\n".join(lines) + "\n")
    with (folder / "baresip.log").open("wb") as sink:
        command = [program("baresip", "baresip-core"), "-f", str(folder)]
        process = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
    return process, control


def _answers(process: subprocess.Popen[bytes], control: int) -> bool:
    """Whether it can be told something, within a third of the time that it may take."""
    limit = time.monotonic() + _LIMIT / 3
    while time.monotonic() < limit and process.poll() is None:
        if _reachable(control):
            return True
        time.sleep(0.1)
    return False
