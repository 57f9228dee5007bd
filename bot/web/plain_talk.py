"""A talk on the page without JavaScript: saying, and showing both sides' words in their order."""

import asyncio
import secrets
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from bot.neighbours import pointed_to
from bot.web.forms import Form, Own, read_own, write_own
from bot.web.heeding import heed
from bot.web.plain_seals import PlainSeals
from bot.web.site import Site
from bot.web.state import Talk
from bot.web.views import Bubble, Carried, Heed, Mode, Page
from dialogues.values import Message as SentMessage
from dialogues.values import MessageKind, Reply, State
from handover.mending import Known
from handover.values import (
    Accepted,
    AskKind,
    EndReason,
    Gone,
    Message,
    MessageId,
    OutOfOrder,
    Standing,
    TalkRef,
    WithStaff,
)
from safety.devices import BadDevice

PERSON_LIMIT = 4_000  # bytes in UTF-8
_SHOWN = 100  # messages of the person on one page
_DECISIONS = {"share", "share-no"}
_ANSWERS = {"ask-yes": True, "ask-no": False}
_KINDS = {AskKind.MOVE, AskKind.HELP}  # what this page knows to ask, besides another desk
_REMEMBERED = 64  # how far back the engine recognises a message that comes again


def objection(words: Mapping[str, str], form: Form, reader: str, *, too_long: bool) -> str:
    """Why the words of the form do not go to `reader` yet: it was another one, or they are too long. Empty: they go."""
    if form.reader != reader:
        return words["write.now-person" if reader else "write.now-bot"].replace("{name}", reader)
    return words["write.too-long"] if too_long else ""


async def look_at(site: Site, form: Form, talk: Talk) -> Standing:
    """Where the talk stands. What a failover forgot of the keys that the form carries is mended."""
    known = Known()
    known.believe(_seals(site, form, talk).carried.newest)
    return await site.end.attend(talk.ref, known)


async def show_talk(site: Site, form: Form, state: State, talk: Talk, standing: WithStaff) -> Page | None:
    """Say what the form says, then the page of the talk; None when the person no longer has it."""
    own, draft, last = read_own(form.own), form.text, standing.up_seq
    words = site.words.of(state.language)
    seals = _seals(site, form, talk)
    helped = _note_agreement(form, seals)
    notice, asked = _look_at_words(site, form, state, standing)
    try:
        if not await seals.meet(standing, site.today()):
            return None
        if form.do in _DECISIONS:
            await seals.decide(standing, site.today(), share=form.do == "share")
    except BadDevice:
        notice = words["seal.refused"].replace("{name}", standing.name)
    if form.sends and not notice and (asked is None or asked.sent):
        seq = await _say(site, form, talk.ref, seals)
        if seq is None:
            return None
        own = [*(said for said in own if said.seq != seq), Own(seq, form.number("down"), draft)]
        draft, last = "", max(last, seq)
    theirs = await site.end.hear(talk.ref, 0)
    if isinstance(theirs, Gone):
        return None
    down = theirs[-1].seq if theirs else 0
    await site.end.heard(talk.ref, down)
    state = state._replace(waiting=True)
    return Page(
        state=state,
        reply=Reply((), ()),
        state_token=site.tokens.seal_state(state),
        lines=site.reception.lines(state),
        mode=Mode.TALK,
        talk_token=site.tokens.seal_talk(talk),
        person=standing.name,
        bubbles=_interleave(own, _read(theirs, seals, words["seal.unopened"])[-_SHOWN:], standing.up_heard),
        earlier=len(theirs) > _SHOWN or (last > 0 and (not own or own[0].seq > 1)),
        down=down,
        events=_events(form, standing, helped),
        helper=seals.carried.helping,
        helped=helped or form.helper,
        muted=standing.muted,
        notice=notice,
        draft=draft,
        heed=asked,
        sharing=not notice and seals.asks(standing),
        **_question(site, state, standing),
        carried=Carried(secrets.token_urlsafe(9), last + 1, write_own(own), site.tokens.seal_keys(seals.carried)),
    )


def _seals(site: Site, form: Form, talk: Talk) -> PlainSeals:
    return PlainSeals(site.end, site.settings.organisation, talk.ref, site.tokens.open_keys(form.keys))


def _look_at_words(site: Site, form: Form, state: State, standing: WithStaff) -> tuple[str, Heed | None]:
    """Why the words of the form do not go, and what is asked or said about them first."""
    if not form.sends:
        return "", None
    words, long = site.words.of(state.language), len(form.text.encode(errors="replace")) > PERSON_LIMIT
    notice = words["write.muted"] if standing.muted else objection(words, form, standing.name, too_long=long)
    return notice, None if notice else heed(site, form, state)


async def go_elsewhere(site: Site, form: Form, state: State, talk: Talk) -> tuple[SentMessage, ...]:
    """The way to another desk, when the form says yes to that; the talk ends with it. Empty when it does not."""
    if form.do != "ask-yes":
        return ()
    standing = await site.end.attend(talk.ref)
    way = site.neighbours.way_to(pointed_to(standing), state)
    number = standing.asked.number if isinstance(standing, WithStaff) and standing.asked else 0
    if not way or form.number("ask") != number:
        return ()
    await site.end.consent(talk.ref, number, yes=True)
    await site.reception.end(talk.ref, EndReason.VISITOR)
    said = SentMessage(MessageKind.TEXT, site.words.of(state.language)["news.way"])
    return (said, *way)


async def answer_asked(site: Site, form: Form, talk: Talk) -> None:
    """What the visitor said to what the page asked for the person, or of who reads along, when that is what the form
    says."""
    if form.do in _ANSWERS:
        await site.end.consent(talk.ref, form.number("ask"), yes=_ANSWERS[form.do])
    if form.do == "part":
        await site.end.part(talk.ref)


def _note_agreement(form: Form, seals: PlainSeals) -> str:
    """Note to whose reading along the visitor said yes, or that it shall end; who read along on the last page."""
    helped = seals.carried.helping
    if form.do == "part" or (form.do == "ask-yes" and form.helper):
        seals.agree("" if form.do == "part" else form.helper)
    return helped


def own_bubbles(own: Iterable[Own], heard: int = 0) -> tuple[Bubble, ...]:
    """Own messages, each with how far it came."""
    return tuple(Bubble(True, said.text, "delivered" if said.seq <= heard else "sent") for said in own)


async def _say(site: Site, form: Form, talk: TalkRef, seals: PlainSeals) -> int | None:
    """The number under which the words arrived, now or when the same form came before; None when nobody holds the talk.

    The id is made of the form and its words: sent again they are recognised at the number that they got, and other
    words in the same form (after Back) are another message. Hence the search from the form's number upwards.
    """
    told = f"{form.nonce}\n{form.text}".encode(errors="replace")
    message_id = MessageId(sha256(told).hexdigest()[:32])
    seq = form.number("seq")
    await asyncio.sleep(site.paces.delay(talk))
    for _ in range(_REMEMBERED + 2):
        body = seals.seal(seq, form.text) or b""
        match await site.end.say(talk, seq, message_id, body, seals.carried.newest):
            case Accepted(number):
                return number
            case OutOfOrder(expected):
                seq = max(seq + 1, expected - _REMEMBERED) if seq < expected else expected
            case _:
                return None
    return None


def _question(site: Site, state: State, standing: WithStaff) -> dict[str, Any]:
    """What this page knows to ask, and what is told with it; it asks about no desk that it cannot lead to."""
    asked, pointed = standing.asked, site.neighbours.about(pointed_to(standing), state)
    known = asked is not None and (asked.kind in _KINDS or bool(pointed))
    return {"asked": asked if known else None, "pointed": pointed}


def _events(form: Form, standing: WithStaff, helped: str) -> tuple[str, ...]:
    """What the last page could not know; that nobody reads, as long as it is so."""
    joined = () if form.reader == standing.name else ("talk.joined",)
    if form.do == "ask-yes" and not joined and not standing.helping:
        joined = ("ask.reading",) if form.helper else ("ask.moving",)
    if helped and not standing.helping:
        joined = (*joined, "help.over")
    return (*joined, "talk.muted") if standing.muted else joined


def _read(theirs: list[Message], seals: PlainSeals, unopened: str) -> list[tuple[int, Bubble]]:
    """The person's messages by number; in the place of one that cannot be opened stands a sentence that says so."""
    return [
        (message.seq, Bubble(False, unopened, opened=False) if words is None else Bubble(False, words))
        for message, words in zip(theirs, seals.open(theirs), strict=True)
    ]


def _interleave(own: list[Own], theirs: list[tuple[int, Bubble]], heard: int) -> tuple[Bubble, ...]:
    """Both sides in their order: an own message stands where it stood when it was written."""
    rows = [(said.after, 1, said.seq, bubble) for said, bubble in zip(own, own_bubbles(own, heard), strict=True)]
    rows += [(seq, 0, 0, bubble) for seq, bubble in theirs]
    return tuple(bubble for *_, bubble in sorted(rows, key=lambda row: row[:3]))
