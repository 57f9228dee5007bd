"""46elks: forms in, JSON out. It signs nothing, so the path is a secret and its addresses are known.

Fields and actions as its documentation has them (call-actions, voice-ivr, voice-play, voice-connect, voice-hangup). It
tries a callback for hours that was not answered with 200 to 204, and its caller's number stands in each.
"""

import json
from collections.abc import Mapping, Sequence
from ipaddress import ip_address, ip_network

from bot.phone.hooks.addresses import Hooks
from bot.phone.hooks.next_steps import Busy, Dial, Goodbye, NextStep, Say, Written
from bot.phone.hooks.told import Callback, Told, Unwanted, call_id, key_of, take

# Seconds that a staff member's telephone rings. 46elks cannot ask who answers for a key, so a mailbox, which would
# record, has to be slower than this (or off).
RINGS = 15


class Elks:
    """Read and write for one number of the centre's (`number`); `addresses` are 46elks' own."""

    def __init__(self, hooks: Hooks, number: str, addresses: Sequence[str]) -> None:
        self._hooks = hooks
        self._number = number
        self._networks = [ip_network(address) for address in addresses]

    def read(self, callback: Callback) -> Told:
        """The call and the key. Unwanted when it comes from elsewhere or names no call."""
        if not self._is_known(callback.peer):
            raise Unwanted
        # When a call is over it is named as it is in 46elks' list of calls.
        found = take(callback.body, ("callid", "id", "result"))
        return Told(call_id(found.get("callid") or found.get("id", "")), key_of(found.get("result", "")))

    def write(self, step: NextStep, mark: str) -> Written:
        """The action that does it."""
        return Written("application/json", json.dumps(self._action(step, mark)).encode())

    def _action(self, step: NextStep, mark: str) -> Mapping[str, object]:
        over = {"whenhangup": self._hooks.end(mark)}
        match step:
            case Say(sound, wait, number):
                asked = {"ivr": sound, "digits": 1, "timeout": wait, "repeat": 1}
                return {**asked, "next": self._hooks.step(number), **over}
            case Dial(number, after):
                # Without a callerid of ours it would show the caller's.
                called = {"connect": number, "callerid": self._number, "timeout": RINGS}
                return {**called, "next": self._hooks.step(after), **over}
            case Goodbye(sound) if sound:
                return {"play": sound, "skippable": False, "next": {"hangup": "reject"}, **over}
            case Busy():
                return {"hangup": "busy"}
        return {"hangup": "reject"}

    def _is_known(self, peer: str | None) -> bool:
        try:
            address = ip_address(peer or "")
        except ValueError:
            return False
        mapped = getattr(address, "ipv4_mapped", None)
        return any((mapped or address) in network for network in self._networks)
