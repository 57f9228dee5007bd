"""A turn with the bot, for the page's script: state and input in, state and answer out. Nothing is kept."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.exceptions import HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.turn import Turn
from bot.web.site import Site, language_of, paid_by, site_of
from bot.web.state import Talk
from bot.web.views import message_row
from dialogues.engine import UnknownChoice
from dialogues.values import Choose, Danger, Event, Say
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
async def take_turn(request: Request, asked: TurnRequest) -> JSONResponse:
    """What the bot answers. A state that is too old or not ours is refused with a fresh start to go on from."""
    site = site_of(request)
    try:
        state = site.tokens.open_state(asked.state)
        talk = site.tokens.open_talk(asked.talk) if asked.talk else None
    except TokenError as error:
        return _start_anew(site, language_of(request), error)
    channel = talk.channel if talk else Channel.WEB
    paid = paid_by(request, asked.work, asked.wait)
    try:
        turn = await site.reception.answer(state, asked.input.event(), talk.ref if talk else None, channel, paid)
    except UnknownChoice as error:
        raise HTTPException(400) from error
    answer = _answer(site, turn)
    if turn.language_changed:
        answer |= _words(site, turn)
    if turn.talk:
        answer |= {"briefing": _briefing(site, turn)}
    if turn.talk and talk is None:
        answer["talk"] = site.tokens.seal_talk(Talk(turn.talk, channel))
    if turn.price:
        answer["price"] = {**asdict(turn.price), "script": f"/static/{site.assets.worker.name}"}
    return JSONResponse(answer)


def _answer(site: Site, turn: Turn) -> dict[str, Any]:
    return {
        "state": site.tokens.seal_state(turn.state),
        "messages": [message_row(message) for message in turn.reply.messages],
        "choices": [{"id": choice.id, "label": choice.label, "kind": choice.kind} for choice in turn.reply.choices],
        "first": turn.state.node == "start",
        "urgent": turn.state.danger is Danger.URGENT,
    }


def _words(site: Site, turn: Turn) -> dict[str, Any]:
    language = turn.state.language
    return {
        "lang": language,
        "dir": site.views.direction(language),
        "words": site.words.of(language),
        "lines": message_row(site.reception.lines(turn.state)),
    }


def _briefing(site: Site, turn: Turn) -> list[dict[str, str]]:
    return [{"label": item.label, "detail": item.detail} for item in site.reception.briefing(turn.state)]


def _start_anew(site: Site, language: str, error: TokenError) -> JSONResponse:
    turn = site.reception.open(language)
    code = "expired" if isinstance(error, ExpiredToken) else "invalid"
    why = {"kind": "text", "text": site.words.of(language)[f"trouble.{code}"], "items": []}
    answer = {"error": code, **_answer(site, turn), **_words(site, turn), "messages": [why], "first": False}
    return JSONResponse(answer, 400)
