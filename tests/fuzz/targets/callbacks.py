"""What a provider of calls sends back, with the caller's number in it: two fields come out and nothing else."""

from base64 import b64decode
from urllib.parse import parse_qsl

from twilio.request_validator import RequestValidator

from bot.phone.hooks.addresses import Hooks
from bot.phone.hooks.elks import Elks
from bot.phone.hooks.told import KEYS, Callback, Told, Unwanted, take
from bot.phone.hooks.twilio import Twilio
from tests.fuzz.doling import Dole

ROOM = "bot.phone.hooks.told"
_TOKEN, _NUMBER = "a-token-of-the-tests", "46701740605"
_HOOKS = Hooks("https://phone.example.org", "s" * 32)
_URL = _HOOKS.step(1)
_ELKS = Elks(_HOOKS, "+46846500401", ("192.0.2.1",))
_TWILIO = Twilio(_HOOKS, "+46846500401", _TOKEN)
SEEDS = (
    b"\0callid=c1&from=%2B46701740605&result=5",
    b"\1CallSid=CA1&From=%2B46701740605&Digits=%23&CallStatus=in-progress",
    b"\1CallSid=CA1&CallSid=CA2&Digits=12",
    b"\0callid=%63&&=&callid=" + b64decode("AAEC"),
)


def target(data: bytes) -> None:
    dole = Dole(data)
    signed, body = dole.number() & 1, dole.rest()
    assert set(take(body, ("callid", "result"))) <= {"callid", "result"}
    if signed:
        _check(_TWILIO, Callback(_URL, body, _signature(body), None), body)
    else:
        _check(_ELKS, Callback(_URL, body, "", "192.0.2.1"), body)
    _refuse(Callback(_URL, body, "AAAA", "198.51.100.1"))


def _check(provider: Elks | Twilio, callback: Callback, body: bytes) -> None:
    try:
        told = provider.read(callback)
    except Unwanted as refusal:
        assert not refusal.args
        return
    assert isinstance(told, Told) and told.key in {*KEYS, ""}
    assert told.call.isascii() and 0 < len(told.call) <= 64
    assert _NUMBER not in repr(told) or _NUMBER.encode() in body  # only where it was sent as the call's own id


def _refuse(callback: Callback) -> None:
    for provider in (_ELKS, _TWILIO):
        try:
            provider.read(callback)
        except Unwanted:
            continue
        raise AssertionError("a stranger was heard")


def _signature(body: bytes) -> str:
    """As Twilio signs, what can be signed at all."""
    fields: dict[str, str] = {}
    try:
        for name, value in parse_qsl(body.decode(), keep_blank_values=True):
            fields.setdefault(name, value)
        signature: str = RequestValidator(_TOKEN).compute_signature(_URL, fields)
    except ValueError:
        return "AAAA"
    return signature
