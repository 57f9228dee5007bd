"""Twilio: signed forms in, TwiML out.

The signature covers every field, so the one function that checks it (`read`) reads them all; it hands on two. Verbs
and attributes as its documentation has them (twiml/gather, play, dial, reject); `record` is never among them, and
without it nothing is recorded.
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, SubElement, tostring

from twilio.request_validator import RequestValidator

from bot.phone.hooks.addresses import Hooks
from bot.phone.hooks.next_steps import Accept, Ask, Busy, Dial, Goodbye, NextStep, Say, Written
from bot.phone.hooks.told import Callback, Told, Unwanted, call_id, key_of

RINGS = 30  # seconds that a staff member's telephone rings
_ANSWER = 6  # seconds in which they press a key, once it was said twice
_MOST_FIELDS = 200  # a callback has about thirty
# A status callback with one of these tells of a call that goes on.
_GOING_ON = frozenset({"queued", "initiated", "ringing", "answered", "in-progress"})


class _Fields(dict[str, list[str]]):
    """As the validator asks for fields that come more than once."""

    def getlist(self, name: str) -> Sequence[str]:
        return self[name]


class Twilio:
    """Read and write for one number of the centre's (`number`); `token` is the account's, which signs."""

    def __init__(self, hooks: Hooks, number: str, token: str) -> None:
        self._hooks = hooks
        self._number = number
        self._validator = RequestValidator(token)

    def read(self, callback: Callback) -> Told:
        """The call, the key and whether the call goes on. Unwanted when the signature is not the account's for this
        address and these fields, or no call is named."""
        fields = _read_form(callback.body)
        if not callback.signature or not self._validator.validate(callback.url, fields, callback.signature):
            raise Unwanted
        first = {name: fields[name][0] for name in ("CallSid", "Digits", "CallStatus") if name in fields}
        call = call_id(first.get("CallSid", ""))
        return Told(call, key_of(first.get("Digits", "")), first.get("CallStatus", "") in _GOING_ON)

    def write(self, step: NextStep, mark: str) -> Written:
        """The TwiML that does it."""
        response = Element("Response")
        match step:
            case Say(sound, wait, number):
                again = self._hooks.step(number)
                _gather(response, [sound], wait, again, actionOnEmptyResult="true")
                SubElement(response, "Redirect", {"method": "POST"}).text = again
            case Dial(number, after):
                self._dial(response, number, self._hooks.step(after))
            case Ask(sound):
                _gather(response, [sound] * 2 if sound else [], _ANSWER, self._hooks.ask("asked"))
                SubElement(response, "Hangup")
            case Goodbye(sound):
                for each in [sound] if sound else []:
                    SubElement(response, "Play").text = each
                SubElement(response, "Hangup")
            case Busy():
                SubElement(response, "Reject", {"reason": "busy"})
            case Accept():
                pass  # an empty answer lets both hear each other
        return Written("text/xml; charset=utf-8", tostring(response, "utf-8", xml_declaration=True))

    def _dial(self, response: Element, number: str, again: str) -> None:
        called = {"callerId": self._number, "timeout": str(RINGS), "action": again, "method": "POST"}
        dial = SubElement(response, "Dial", called)
        SubElement(dial, "Number", {"url": self._hooks.ask(), "method": "POST"}).text = number


def _gather(response: Element, sounds: Sequence[str], wait: int, again: str, **more: str) -> None:
    # `#` is a key of ours, so no key ends the input.
    asked = {"input": "dtmf", "numDigits": "1", "finishOnKey": "", "timeout": str(wait)}
    gather = SubElement(response, "Gather", {**asked, "action": again, "method": "POST", **more})
    for sound in sounds:
        SubElement(gather, "Play").text = sound


def _read_form(body: bytes) -> _Fields:
    fields = _Fields()
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:  # too many fields, or no text; the message may hold a piece of them
        raise Unwanted from None
    for name, value in pairs:
        fields.setdefault(name, []).append(value)
    return fields
