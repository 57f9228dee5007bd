"""What the live path sends, in words of the staff member's language: a visitor is a pseudonym and closed choices."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from console.devices import Pending, Ready, Revoked, Standing, TooMany
from console.language import Words
from console.wrapup import suggest
from dialogues.hand import AtHand, cards, phrases, texts
from dialogues.values import AgeBand, Audience, Content, State, Status
from dialogues.wording import in_language
from handover.events import BriefingChanged, CameBack, Heard, IsWriting, WasUnsure, WentAway
from handover.keys import binding
from handover.values import (
    Briefing,
    Channel,
    Danger,
    DeskId,
    Keys,
    Load,
    Message,
    OwnTalk,
    StaffId,
    TalkRef,
    WaitingVisitor,
)
from safety.text64 import write64

SHOWN_ROWS = 50  # of the waiting list; whoever is further down is shown as a number

Json = dict[str, Any]  # Any: a JSON value, written once and never read again on this side


def handle_of(ref: TalkRef) -> str:
    """What the page calls a talk. One-way, so that the id (a capability) never reaches a browser; the same after a
    reload and in every process, so that the page finds its drafts again."""
    digest = hashlib.blake2b(f"{ref.desk}/{ref.talk}".encode(), digest_size=16, person=b"console handle")
    return write64(digest.digest())


def device_slot(staff: StaffId) -> str:
    """Where a browser keeps this person's keys: one place each, for colleagues who share a computer. One-way, because
    staff ids are unknown to pages."""
    return write64(hashlib.blake2b(staff.encode(), digest_size=16, person=b"console device").digest())


class Views:
    """Turns values into frames, in one language. `compared` are the languages that have a list of safety words; of
    several `desks`, each row and talk says which one is its own."""

    def __init__(
        self, words: Words, content: Content, compared: Collection[str] = (), desks: Collection[DeskId] = ()
    ) -> None:
        self._several = len(desks) > 1
        self._words = words
        self._content = content
        self._compared = compared
        self.names: frozenset[str] = frozenset()  # of staff who may be asked for: no other is shown as a wish

    @property
    def kind(self) -> tuple[object, ...]:
        """Two views of the same kind make the same of a row, but for whose page it is."""
        return self._words.language, self._several, self.names, id(self._content)

    def room(
        self,
        rows: list[WaitingVisitor],
        total: int,
        load: Load,
        me: str,
        drawn: Mapping[DeskId, dict[TalkRef, Json]] | None = None,
    ) -> Json:
        """The rows of the waiting list that are shown, of `total`; `me` is whose page it is. What views of the same
        kind have `drawn` of the same rows is taken from there, and what they have not is added."""
        return {
            "type": "room",
            "rows": [{**self._drawn(row, (drawn or {}).get(row.ref.desk, {})), "back": row.lost == me} for row in rows],
            "total": total,
            "available": load.available,
            "on_duty": load.on_duty,
        }

    def talk(self, talk: OwnTalk, keys: Keys, heard: Iterable[Message], said: Iterable[Message]) -> Json:
        """A talk in hand, with everything in it, as sealed as it came."""
        call = talk.briefing.channel is Channel.PHONE
        return {
            "type": "talk",
            "talk": handle_of(talk.ref),
            **self.briefing(talk.briefing, talk.ref.desk),
            "desk": talk.ref.desk,
            "routine": self._routine(talk.ref.desk),
            "name": self._words.pseudonym(talk.pseudonym),
            "binding": write64(binding(talk.ref)),
            "compare": self._compare(talk.briefing),
            **_keys(keys),
            "heard": [message_view(message) for message in heard],
            **_own_words(talk, said),
            "delivered": talk.down_heard,
            "away": talk.away,
            "muted": talk.muted,
            "phone": call,
            "unsure": list(talk.unsure),
        }

    def order(self, talk: OwnTalk, said: Iterable[Message]) -> Json:
        """The page's own words as the engine has them, because a number did not fit."""
        return {"type": "order", "talk": handle_of(talk.ref), **_own_words(talk, said)}

    def _compare(self, briefing: Briefing) -> str:
        """The language of the safety words; empty where the visitor sees none: only a page with scripts shows them."""
        return briefing.language if briefing.language in self._compared and briefing.channel is Channel.WEB else ""

    def keys(self, handle: str, keys: Keys) -> Json:
        """The keys of a talk, because the visitor's page gave one, or an epoch began."""
        return {"type": "keys", "talk": handle, **_keys(keys)}

    def desk_name(self, desk: DeskId) -> str:
        """What a desk is called; one that has gone keeps its id."""
        found = self._content.desks.get(desk)
        return (found and in_language(found.names, self._words.language)) or desk

    def briefing(self, briefing: Briefing, desk: DeskId | None = None) -> Json:
        """What the visitor chose, in words; of several desks, also at which one it was."""
        return {
            "facts": [*self._desk_fact(desk), *self._facts(briefing)],
            "danger": briefing.danger.value,
            "danger_text": "" if briefing.danger is Danger.NONE else self._words.label("danger", briefing.danger),
            "suggested": suggest(briefing.audience, briefing.age_band),
        }

    def hand(self, handle: str, briefing: Briefing) -> Json:
        """What can be sent to this visitor: phrases, services and texts, each also in the visitor's language."""
        content, own = self._content, self._words.language
        state = _state(content, briefing)
        found = {
            "phrases": phrases(content, own, state.language),
            "cards": cards(content, own, state),
            "texts": texts(content, own, state.language, state.audience, state.topic),
        }
        shown = {kind: [self._at_hand(each) for each in things] for kind, things in found.items()}
        return {"type": "hand", "talk": handle, **shown}

    def event(self, ref: TalkRef, event: Heard | WentAway | CameBack | IsWriting | WasUnsure | BriefingChanged) -> Json:
        """What changed around a talk besides its messages."""
        handle = handle_of(ref)
        match event:
            case Heard():
                return {"type": "delivered", "talk": handle, "seq": event.seq}
            case WasUnsure():
                return {"type": "unsure", "talk": handle, "seq": event.seq}
            case IsWriting():
                return {"type": "writing", "talk": handle}
            case BriefingChanged():
                return {"type": "briefing", "talk": handle, **self.briefing(event.briefing, ref.desk)}
        return {"type": "away", "talk": handle, "away": isinstance(event, WentAway)}

    def _at_hand(self, thing: AtHand) -> Json:
        told = "" if thing.status is Status.REVIEWED else self._words(f"status.{thing.status}")
        language = thing.language if thing.language != self._words.language else ""
        theirs = thing.theirs if language else ""  # the same as one's own
        return {"title": thing.title, "own": thing.own, "theirs": theirs, "language": language, "status": told}

    def facts_of(self, row: WaitingVisitor) -> dict[str, str]:
        """What a row says, by the keys of its facts."""
        return {fact["key"]: fact["text"] for fact in self.briefing(row.briefing, row.ref.desk)["facts"]}

    def _drawn(self, row: WaitingVisitor, drawn: dict[TalkRef, Json]) -> Json:
        if row.ref not in drawn:
            drawn[row.ref] = self._row(row)
        return drawn[row.ref]

    def _row(self, row: WaitingVisitor) -> Json:
        return {
            "talk": handle_of(row.ref),
            "name": self._words.pseudonym(row.pseudonym),
            "waited": row.waited,
            "desk": row.ref.desk,
            **self.briefing(row.briefing, row.ref.desk),
        }

    def _routine(self, desk: DeskId) -> str:
        found = self._content.desks.get(desk)
        return in_language(found.reporting, self._words.language) if found else ""

    def _desk_fact(self, desk: DeskId | None) -> list[Json]:
        if desk is None or not self._several:
            return []
        return [{"key": "desk", "label": self._words("fact.desk"), "text": self.desk_name(desk)}]

    def _facts(self, briefing: Briefing) -> list[Json]:
        words = self._words
        facts = [
            ("topic", self._topic(briefing.topic)),
            ("language", self._language(briefing.language)),
            ("audience", words.label("audience", briefing.audience) if briefing.audience else None),
            ("age", words.label("age", briefing.age_band) if briefing.age_band else None),
            ("county", self._named(self._content.counties, briefing.county)),
            ("wish", self._wish(briefing.wish)),
            ("channel", None if briefing.channel is Channel.WEB else words(f"channel.{briefing.channel}")),
        ]
        return [{"key": key, "label": words(f"fact.{key}"), "text": text} for key, text in facts if text]

    def _wish(self, wish: str | None) -> str | None:
        """Whom the visitor wishes for; somebody unnamed rather than a name that staff did not give."""
        if not wish or not wish.startswith("by:"):
            return self._words.label("wish", wish) if wish else None
        name = wish.removeprefix("by:")
        return self._words("wish.named", name=name) if name in self.names else self._words("wish.somebody")

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


def _state(content: Content, briefing: Briefing) -> State:
    """The briefing as a place in the flow; what this version does not know is left out, since it came from outside."""
    ages, audiences = set(AgeBand), set(Audience)
    return State(
        language=briefing.language if briefing.language in content.languages else next(iter(content.languages)),
        audience=Audience(briefing.audience) if briefing.audience in audiences else None,
        topic=briefing.topic if briefing.topic in content.topics else None,
        age_band=AgeBand(briefing.age_band) if briefing.age_band in ages else None,
        county=briefing.county if briefing.county in content.counties else None,
    )


def message_view(message: Message) -> Json:
    """One message, sealed as it came."""
    return {"seq": message.seq, "id": message.id, "body": write64(message.body)}


def device_view(standing: Standing) -> Json:
    """Whether the page's device may open talks, and until which day (ISO 8601) it may."""
    until = ""
    match standing:
        case Ready():
            state, until = "ready", day_text(standing.until)
        case Pending():
            state = "pending"
        case TooMany():
            state = "full"
        case Revoked():
            state = "revoked"
    return {"type": "device", "state": state, "until": until}


def day_text(day: int) -> str:
    """A day since 1970-01-01 in ISO 8601."""
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def _own_words(talk: OwnTalk, said: Iterable[Message]) -> Json:
    """`last` is more than the number of the last of them where a failover forgot words, and not their numbers."""
    return {"said": [message_view(message) for message in said], "last": talk.down_seq}


def _keys(keys: Keys) -> Json:
    return {"epoch": keys.epoch, "keys": {str(number): write64(wrapped) for number, wrapped in keys.wrapped.items()}}


def load_view(load: Load, longest: str) -> Json:
    """The live load for a coordinator: how many wait is never told more exactly than none, some, many; how long at most
    as `console.tide.longest_band` has it."""
    return {"type": "load", "waiting": waiting_band(load.waiting), "on_duty": load.on_duty, "longest": longest}


def waiting_band(waiting: int) -> str:
    """none: 0; some: 1 to 4; many: 5 and more."""
    if waiting == 0:
        return "none"
    return "some" if waiting < 5 else "many"
