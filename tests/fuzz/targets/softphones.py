"""What a browser's softphone says and what is told of lines: a closed set passes, and nobody is called by it."""

from bot.phone.shifts import read_telephone
from console.phone_frames import read_number
from console.sip_gate import passes_in, passes_out
from tests.fuzz.doling import Dole

ROOM = "console.sip_gate"
LINE = "line.abcdefghijklmnopqrstuv"
_PARTS = (
    *("REGISTER", "INVITE", "BYE", "SIP/2.0 200 OK", " sip:x@y SIP/2.0", "\r\n", "\r\n\r\n", "CSeq: 1 ", ": ", "\n"),
    *("From: ", "To: ", f"<sip:{LINE}@line.invalid>", ";tag=a", "f", " ", "\0", "+46701740606", "00", "@"),
)
SEEDS = (
    b"\0\x04\x05\x0a\x0c\x05\x0b\x0c\x05\x07\x00\x06",
    b"\1\x04\x05\x07\x01\x06",
    b"\3\x05\x07\x02\x06",
    b"\x11\x12",
)


def target(data: bytes) -> None:
    dole = Dole(data)
    text = "".join(_PARTS[each] if each < len(_PARTS) else chr(each) for each in dole.rest()[:400])
    if passes_out(text, LINE):
        assert text.startswith(("REGISTER ", "BYE ", "SIP/2.0 ")), "a browser asked for something else"
    if passes_in(text):
        assert text.startswith(("INVITE ", "ACK ", "BYE ", "CANCEL ", "OPTIONS ", "SIP/2.0 "))
    number = read_number(text)
    assert number is None or (number[0] == "+" and number[1:].isascii() and number[1:].isdigit())
    try:
        shift = read_telephone(LINE, {"number": text} if len(text) & 1 else {"secret": text})
    except ValueError:
        return
    assert bool(shift.number) != bool(shift.secret)
