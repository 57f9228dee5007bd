"""What the live path sends, in words of the staff member's language: a visitor is a pseudonym and closed choices."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from console.language import Words
from console.wrapup import suggest
from dialogues.values import Content
from handover.values import (
    Briefing,
    BriefingChanged,
    CameBack,
    Channel,
    Danger,
    Heard,
    Load,
    Message,
    OwnTalk,
    TalkRef,
    WaitingVisitor,
    WentAway,
)

SHOWN_ROWS = 50  # of the waiting list; whoever is further down is shown as a number

Json = dict[str, Any]  # Any: a JSON value, written once and never read again on this side


def handle_of(ref: TalkRef) -> str:
    """What the page calls a talk. One-way, so that the id (a capability) never reaches a browser; the same after a
    reload and in every process, so that the page finds its drafts again."""
    digest = hashlib.blake2b(f"{ref.desk}/{ref.talk}".encode(), digest_size=16, person=b"console handle")
    return urlsafe_b64encode(digest.digest()).decode().rstrip("=")


class Views:
    """Turns values into frames, in one language."""

    def __init__(self, words: Words, content: Content) -> None:
        self._words = words
        self._content = content

    def room(self, rows: list[WaitingVisitor], load: Load) -> Json:
        """The waiting list as it is now."""
        return {
            "type": "room",
            "rows": [self._row(row) for row in rows[:SHOWN_ROWS]],
            "total": len(rows),
            "available": load.available,
            "on_duty": load.on_duty,
        }

    def talk(self, talk: OwnTalk, heard: Iterable[Message], said: Iterable[Message]) -> Json:
        """A talk in hand, with everything in it."""
        return {
            "type": "talk",
            "talk": handle_of(talk.ref),
            **self.briefing(talk.briefing),
            "name": self._words.pseudonym(talk.pseudonym),
            "heard": [message_view(message) for message in heard],
            "said": [message_view(message) for message in said],
            "delivered": talk.down_heard,
            "away": talk.away,
            "muted": talk.muted,
        }

    def briefing(self, briefing: Briefing) -> Json:
        """What the visitor chose, in words."""
        return {
            "facts": self._facts(briefing),
            "danger": briefing.danger.value,
            "danger_text": "" if briefing.danger is Danger.NONE else self._words.label("danger", briefing.danger),
            "suggested": suggest(briefing.audience, briefing.age_band),
        }

    def event(self, handle: str, event: Heard | WentAway | CameBack | BriefingChanged) -> Json:
        """What changed around a talk besides its messages."""
        match event:
            case Heard():
                return {"type": "delivered", "talk": handle, "seq": event.seq}
            case BriefingChanged():
                return {"type": "briefing", "talk": handle, **self.briefing(event.briefing)}
        return {"type": "away", "talk": handle, "away": isinstance(event, WentAway)}

    def _row(self, row: WaitingVisitor) -> Json:
        return {
            "talk": handle_of(row.ref),
            "name": self._words.pseudonym(row.pseudonym),
            "waited": row.waited,
            **self.briefing(row.briefing),
        }

    def _facts(self, briefing: Briefing) -> list[Json]:
        words = self._words
        facts = [
            ("topic", self._topic(briefing.topic)),
            ("language", self._language(briefing.language)),
            ("audience", words.label("audience", briefing.audience) if briefing.audience else None),
            ("age", words.label("age", briefing.age_band) if briefing.age_band else None),
            ("county", self._named(self._content.counties, briefing.county)),
            ("channel", words("channel.web-plain") if briefing.channel is Channel.WEB_PLAIN else None),
        ]
        return [{"key": key, "label": words(f"fact.{key}"), "text": text} for key, text in facts if text]

    def _language(self, code: str) -> str:
        found = self._content.languages.get(code)
        return found.name if found else self._words("label.other")

    def _topic(self, topic: str | None) -> str | None:
        texts = self._content.languages.get(self._words.language)
        titles = {id: text.title for id, text in texts.topics.items()} if texts else {}
        return self._named(titles, topic)

    def _named(self, names: Mapping[str, str], id: str | None) -> str | None:  # the content's own word
        """The name of an id; "other" rather than the id itself, which came from the visitor's side."""
        return names.get(id, self._words("label.other")) if id else None


def message_view(message: Message) -> Json:
    """One message. Its body is text between the two ends; anything else is shown as far as it is text."""
    return {"seq": message.seq, "id": message.id, "text": message.body.decode("utf-8", "replace")}


def load_view(load: Load) -> Json:
    """The live load for a coordinator: how many wait is never told more exactly than none, some, many."""
    return {"type": "load", "waiting": waiting_band(load.waiting), "on_duty": load.on_duty}


def waiting_band(waiting: int) -> str:
    """none: 0; some: 1 to 4; many: 5 and more."""
    if waiting == 0:
        return "none"
    return "some" if waiting < 5 else "many"
