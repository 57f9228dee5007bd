"""Pairs at a server for XMPP over WebSocket (RFC 7395) with anonymous sign-in: Debian's Prosody and ejabberd.

Both get what suits them: no encryption, no limits of rate, no history, logs for errors alone, and only the modules that
this needs; ejabberd one scheduler for its one core, which does not wait busily. Fristad's pages are told of each
message that it arrived, and that it was shown. Here that is a choice: XEP-0198 (stream management) and XEP-0333
(displayed markers), for who wants to compare the same work."""

import asyncio
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.load.fristad_ends import GLANCE, Frame
from tests.load.gauges import family, serving_core
from tests.load.pairs import WORDS, Pair
from tests.load.plain import wait_for
from tests.load.sockets import Socket
from tests.running import free_port

HOST = "localhost"
PATIENCE = 60.0  # seconds
TOLD = "-told"  # after a server's name: its ends are told what ours are
_OPEN = f'<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" to="{HOST}" version="1.0"/>'
_AUTH = '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="ANONYMOUS"/>'
_BIND = '<iq xmlns="jabber:client" type="set" id="b"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/></iq>'
_JID = re.compile(r"<jid>([^<]+)</jid>")
_BODY = re.compile(r"<body>([^<]+)</body>")
_ID = re.compile(r"""\bid=["']([^"']+)["']""")
_COUNT = re.compile(r"""\bh=["'](\d+)["']""")
_ENABLE = '<enable xmlns="urn:xmpp:sm:3"/>'
_REQUEST = '<r xmlns="urn:xmpp:sm:3"/>'

PROSODY = """\
run_as_root = true
daemonize = false
pidfile = "{folder}/prosody.pid"
data_path = "{folder}"
certificates = "{folder}"
log = {{ error = "{folder}/prosody.log" }}
plugin_paths = {{}}
modules_enabled = {{ {modules} }}
modules_disabled = {{ "s2s", "offline", "tls" }}
authentication = "anonymous"
c2s_require_encryption = false
consider_websocket_secure = true
http_ports = {{ {port} }}
http_interfaces = {{ "127.0.0.1" }}
https_ports = {{}}
c2s_ports = {{}}
VirtualHost "localhost"
"""
EJABBERD = """\
hosts: [localhost]
loglevel: error
log_rotate_count: 0
auth_method: [anonymous]
anonymous_protocol: sasl_anon
allow_multiple_connections: true
disable_sasl_mechanisms: []
default_db: mnesia
listen:
  - port: {port}
    ip: "127.0.0.1"
    module: ejabberd_http
    request_handlers:
      /xmpp-websocket: ejabberd_http_ws
modules: {{{modules}}}
"""


class XmppEnd:
    """One who has signed in; `other` is to whom the words go."""

    def __init__(self) -> None:
        self.came: Callable[[str], None] = lambda _: None
        self.other = ""
        self.jid = ""
        self._came: asyncio.Queue[str] = asyncio.Queue()
        self._ready: list[str] = []
        self._said = 0
        self._socket = Socket(self._read)

    async def connect(self, url: str) -> None:
        """Open the socket and sign in. TimeoutError when the server does not go along."""
        await self._socket.connect(url, {"Sec-WebSocket-Protocol": "xmpp"})
        async with asyncio.timeout(PATIENCE):
            for said, wanted in ((_OPEN, "ANONYMOUS"), (_AUTH, "<success"), (_OPEN, "xmpp-bind"), (_BIND, "<jid>")):
                self._socket.send(said)
                while wanted not in (answer := await self._came.get()):
                    pass
        found = _JID.search(answer)
        assert found is not None  # it was waited for
        self.jid = found[1]

    def prepare(self, count: int) -> list[str]:
        made = [secrets.token_hex(WORDS // 2) for _ in range(count)]
        head = f'<message xmlns="jabber:client" type="chat" to="{self.other}" id="'
        first = len(self._ready)
        self._ready += [f'{head}{first + n}"><body>{words}</body></message>' for n, words in enumerate(made)]
        return made

    def say(self) -> None:
        self._socket.send(self._ready[self._said])
        self._said += 1

    def close(self) -> None:
        """The socket is gone."""
        self._socket.close()

    def _read(self, text: str) -> None:
        if text.startswith("<message") and (found := _BODY.search(text)):
            self.came(found[1])
        else:
            self._came.put_nowait(text)


class ToldEnd(XmppEnd):
    """One who asks for a receipt of each message, and tells what was shown, at the pace of our pages."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = 0  # stanzas of this end that the server says it has
        self.displayed = ""  # the last id that the other end says it has shown
        self._got = 0  # stanzas that came
        self._shown = ""
        self._glance: asyncio.TimerHandle | None = None
        self._enabled = False

    @property
    def untold(self) -> bool:
        """Whether this end does not know of everything it said that it arrived and was shown."""
        return self.arrived < self._said or (self._said > 0 and self.displayed != str(self._said - 1))

    async def connect(self, url: str) -> None:
        await super().connect(url)
        self._socket.send(_ENABLE)
        async with asyncio.timeout(PATIENCE):
            while "<enabled" not in await self._came.get():
                pass
        self._enabled = True

    def say(self) -> None:
        super().say()
        self._socket.send(_REQUEST)

    def close(self) -> None:
        if self._glance is not None:
            self._glance.cancel()
        super().close()

    def _read(self, text: str) -> None:
        if not self._enabled:
            super()._read(text)
        elif text.startswith("<message"):
            self._got += 1
            self._hear(text)
        elif text.startswith("<r"):
            self._socket.send(f'<a xmlns="urn:xmpp:sm:3" h="{self._got}"/>')
        elif text.startswith("<a") and (found := _COUNT.search(text)):
            self.arrived = int(found[1])

    def _hear(self, text: str) -> None:
        found, number = _BODY.search(text), _ID.search(text)
        if found is None:
            self.displayed = number[1] if number else ""
            return
        self._shown = number[1] if number else ""
        if self._glance is None:
            self._glance = asyncio.get_running_loop().call_later(GLANCE, self._tell_shown)
        self.came(found[1])

    def _tell_shown(self) -> None:
        self._glance = None
        marker = f'<displayed xmlns="urn:xmpp:chat-markers:0" id="{self._shown}"/>'
        self._socket.send(f'<message xmlns="jabber:client" type="chat" to="{self.other}">{marker}</message>')


class XmppServer:
    """A running one; `told`: as ToldEnd has it."""

    def __init__(self, name: str, url: str, pids: list[int], *, told: bool) -> None:
        self.name = name
        self.pids = pids
        self._url = url
        self._end = ToldEnd if told else XmppEnd
        self._ends: list[XmppEnd] = []
        self._pairs: list[Pair] = []

    @property
    def faults(self) -> list[Frame]:
        """One for each end that was not told what it should have been."""
        return [{"type": "untold"} for end in self._ends if isinstance(end, ToldEnd) and end.untold]

    async def pairs(self, count: int) -> list[Pair]:
        """So many pairs, those of before among them."""
        while len(self._pairs) < count:
            one, other = self._end(), self._end()
            await one.connect(self._url)
            await other.connect(self._url)
            one.other, other.other = other.jid, one.jid
            self._ends += [one, other]
            self._pairs.append(Pair(one, other))
        return self._pairs[:count]


@contextmanager
def serving(name: str, folder: Path) -> Iterator[XmppServer]:
    """`prosody` or `ejabberd`, or one of them with TOLD, on 127.0.0.1, everything of it below `folder`; ended
    afterwards. AssertionError when it is missing or does not start."""
    port, told = free_port(), name.endswith(TOLD)
    command, environment = (_prosody if name.startswith("prosody") else _ejabberd)(folder, port, told)
    with (folder / f"{name}.out").open("wb") as sink:
        with serving_core():
            own = {**os.environ, **environment}
            process = subprocess.Popen(command, env=own, cwd=folder, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink)
        try:
            wait_for(port)
            yield XmppServer(name, f"ws://127.0.0.1:{port}/xmpp-websocket", family(process.pid), told=told)
        finally:
            process.terminate()
            process.wait(20)


def _prosody(folder: Path, port: int, told: bool) -> tuple[list[str], Mapping[str, str]]:
    file = folder / "prosody.cfg.lua"
    modules = '"saslauth", "websocket"' + (', "smacks"' if told else "")
    file.write_text(PROSODY.format(folder=folder, port=port, modules=modules), encoding="utf-8")
    return [_program("prosody"), "--config", str(file), "-F"], {}


def _ejabberd(folder: Path, port: int, told: bool) -> tuple[list[str], Mapping[str, str]]:
    """By Erlang itself: its own starter wants a user of its own, a name of a node, and a directory of nodes."""
    file = folder / "ejabberd.yml"
    file.write_text(EJABBERD.format(port=port, modules="mod_stream_mgmt: {}" if told else ""), encoding="utf-8")
    homes = sorted(Path("/usr/lib").glob("*/ejabberd-*/ebin"))
    assert homes, "ejabberd is missing: run scripts/bench-packages"
    options = ["+K", "true", "+S", "1:1", "+sbwt", "none", "+sbwtdcpu", "none", "+sbwtdio", "none", "-noinput"]
    paths = ["-pa", str(homes[-1]), "-mnesia", "dir", f'"{folder}/mnesia"', "-s", "ejabberd"]
    own = {
        "EJABBERD_CONFIG_PATH": str(file),
        "EJABBERD_LOG_PATH": str(folder / "ejabberd.log"),
        "HOME": str(folder),
        "ERL_CRASH_DUMP_BYTES": "0",
    }
    return [_program("erl"), *options, *paths], own


def _program(name: str) -> str:
    found = shutil.which(name)
    assert found is not None, f"{name} is missing: run scripts/bench-packages"
    return found
