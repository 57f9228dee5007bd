"""A turn with the bot, for the page's script: state and input in, state and answer out. Nothing is kept."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Request, Response
from fastapi.exceptions import HTTPException
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.turn import Turn
from bot.web.rows import join_fields, message_row, write, write_choices, write_messages
from bot.web.site import Site, language_of, paid_by, site_of
from bot.web.state import Talk
from dialogues.engine import UnknownChoice
from dialogues.values import Choose, Danger, Event, Message, MessageKind, Say
from handover.values import Channel
from safety.tokens import ExpiredToken, TokenError
from safety.work import LONGEST

router = APIRouter()

Token = Annotated[str, Field(max_length=1024)]


class TurnInput(BaseModel):
    """Exactly one of a choice and own words."""

    model_config = ConfigDict(extra="forbid", strict=True)

    choice: Annotated[str, Field(max_length=80)] | None = None
    text: Annotated[str, Field(max_length=2000)] | None = None

    @model_validator(mode="after")
    def _check_one(self) -> "TurnInput":
        if (self.choice is None) == (self.text is None):
            raise ValueError("exactly one of choice and text")
        return self

    def event(self) -> Event:
        """The same for the engine."""
        return Choose(self.choice) if self.choice is not None else Say(self.text or "")


class TurnRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    state: Token
    input: TurnInput
    talk: Token | None = None
    work: Annotated[str, Field(max_length=LONGEST)] = ""
    wait: Annotated[str, Field(max_length=1024)] = ""


@router.post("/turn")
async def take_turn(request: Request, asked: TurnRequest) -> Response:
    """What the bot answers. A state that is too old or not ours is refused with a fresh start to go on from."""
    site = site_of(request)
    try:
        state = site.tokens.open_state(asked.state)
        talk = site.tokens.open_talk(asked.talk) if asked.talk else None
    except TokenError as error:
        return _start_anew(site, language_of(request), error)
    channel = talk.channel if talk else Channel.WEB
    paid = paid_by(request, asked.work, asked.wait) if asked.input.choice else None  # words let nobody in
    try:
        turn = await site.reception.answer(state, asked.input.event(), talk.ref if talk else None, channel, paid)
    except UnknownChoice as error:
        raise HTTPException(400) from error
    answer = _answer(site, turn)
    if turn.language_changed:
        answer |= _words(site, turn)
    if turn.talk:
        answer["briefing"] = write(_briefing(site, turn))
    if turn.talk and talk is None:
        answer["talk"] = write(site.tokens.seal_talk(Talk(turn.talk, channel)))
    if turn.price:
        answer["price"] = write({**asdict(turn.price), "script": f"/static/{site.assets.worker.name}"})
    return _respond(answer)


def _respond(answer: Mapping[str, str], status: int = 200) -> Response:
    return Response(join_fields(answer), status, media_type="application/json")


def _answer(site: Site, turn: Turn) -> dict[str, str]:
    """The fields of every answer, as JSON."""
    return {
        "state": f'"{site.tokens.seal_state(turn.state)}"',  # has no sign that JSON writes otherwise
        "messages": site.written.write(turn.reply.messages),
        "choices": write_choices(turn.reply.choices),
        "first": "true" if turn.state.node == "start" else "false",
        "urgent": "true" if turn.state.danger is Danger.URGENT else "false",
    }


def _words(site: Site, turn: Turn) -> dict[str, str]:
    language = turn.state.language
    return {
        "lang": write(language),
        "dir": write(site.views.direction(language)),
        "words": write(site.words.of(language)),
        "lines": write(message_row(site.reception.lines(turn.state))),
    }


def _briefing(site: Site, turn: Turn) -> list[dict[str, str]]:
    return [{"label": item.label, "detail": item.detail} for item in site.reception.briefing(turn.state)]


def _start_anew(site: Site, language: str, error: TokenError) -> Response:
    turn = site.reception.open(language)
    code = "expired" if isinstance(error, ExpiredToken) else "invalid"
    why = Message(MessageKind.TEXT, site.words.of(language)[f"trouble.{code}"])
    answer = {"error": write(code), **_answer(site, turn), **_words(site, turn)}
    return _respond({**answer, "messages": write_messages([why]), "first": "false"}, 400)
