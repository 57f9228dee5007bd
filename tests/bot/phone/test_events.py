"""What is read of the engine's events: the kinds and fields of a closed set, and nothing that names a caller."""

from typing import Any

import pytest

from bot.phone.ari_events import AriEvent, Fell, Finished, Key, Left, Replaced, Started, read_event

CHANNEL = {
    "id": "1700000000.1",
    "name": "PJSIP/trunk-00000001",
    "caller": {"name": "marked name", "number": "+46701740607"},
    "dialplan": {"context": "line", "exten": "+46701740607"},
    "protocol_id": "marked",
}


@pytest.mark.parametrize(
    ("message", "event"),
    [
        ({"type": "StasisStart", "channel": CHANNEL, "args": []}, Started("1700000000.1")),
        ({"type": "StasisStart", "channel": CHANNEL, "args": ["staff"]}, Started("1700000000.1", ("staff",))),
        ({"type": "StasisEnd", "channel": CHANNEL}, Left("1700000000.1")),
        ({"type": "ChannelDestroyed", "channel": CHANNEL, "cause": 16}, Left("1700000000.1")),
        ({"type": "ChannelHangupRequest", "channel": CHANNEL, "soft": True, "cause": 1}, Fell("1700000000.1")),
        ({"type": "ChannelDtmfReceived", "channel": CHANNEL, "digit": "#"}, Key("1700000000.1", "#")),
        ({"type": "PlaybackFinished", "playback": {"id": "ab", "target_uri": "channel:1"}}, Finished("ab")),
        ({"type": "ApplicationReplaced", "application": "fristad"}, Replaced()),
    ],
)
def test_an_event_is_read(message: dict[str, Any], event: AriEvent) -> None:
    assert read_event(message) == event
    assert "4670174" not in repr(read_event(message))
    assert "marked" not in repr(read_event(message))


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"type": "ChannelVarset", "channel": CHANNEL},
        {"type": ["StasisStart"]},
        {"type": "StasisStart", "channel": CHANNEL},
        {"type": "StasisStart", "channel": "x", "args": []},
        {"type": "StasisStart", "channel": {"id": 7}, "args": []},
        {"type": "ChannelDtmfReceived", "channel": CHANNEL, "digit": "A"},
        {"type": "ChannelDtmfReceived", "channel": CHANNEL, "digit": "12"},
        {"type": "ChannelDtmfReceived", "channel": CHANNEL},
        {"type": "PlaybackFinished", "playback": {"id": ""}},
        {"type": "ChannelHangupRequest", "channel": CHANNEL},  # the caller's goodbye
        {"type": "ChannelHangupRequest", "channel": CHANNEL, "soft": True, "cause": 16},  # we hung up
        {"type": "ChannelHangupRequest", "soft": True, "cause": 1},
    ],
)
def test_anything_else_is_nothing(message: dict[str, Any]) -> None:
    assert read_event(message) is None
