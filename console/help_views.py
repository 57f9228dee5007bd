"""What a desk's page is shown of a talk that its person reads along, and of the lines between the two."""

from console.language import Words
from console.phone_lines import device_of
from console.views import Json, Views, handle_of, message_view
from handover.help import Asides, Overheard
from handover.keys import binding
from handover.values import Channel, TalkRef
from safety.text64 import write64


class HelpViews:
    """Turns what is read along into frames, in one language. `organisation`: the text of the key that signs devices."""

    def __init__(self, words: Words, views: Views, organisation: str) -> None:
        self._words = words
        self._views = views
        self._organisation = organisation

    def along(self, ref: TalkRef, found: Overheard, *, whole: bool) -> Json:
        """A talk that is read along, as sealed as it came: all of it (`whole`), or what is new."""
        return {
            "type": "along",
            "talk": handle_of(ref),
            **self._views.briefing(found.briefing, ref.desk),
            "name": self._words.pseudonym(found.pseudonym),
            "by": found.holder,
            "phone": found.briefing.channel is Channel.PHONE,
            "binding": write64(binding(ref)),
            "epoch": found.keys.epoch,
            "keys": {str(number): write64(wrapped) for number, wrapped in found.keys.wrapped.items()},
            "heard": [message_view(message) for message in found.up],
            "said": [message_view(message) for message in found.down],
            "whole": whole,
        }

    def asides(self, ref: TalkRef, found: Asides, *, holder: bool) -> Json:
        """The lines between the two, with the device of the other one, which the page checks."""
        return {
            "type": "asides",
            "talk": handle_of(ref),
            "binding": write64(binding(ref)),
            "device": device_of(found.helper if holder else found.holder),
            "organisation": self._organisation,
            "lines": [
                {"number": line.number, "own": line.by_holder is holder, "sealed": write64(line.sealed)}
                for line in found.lines
            ],
        }
