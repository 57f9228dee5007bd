"""The page without JavaScript: every form post is one visit, and all that it needs travels in the form."""

from dataclasses import dataclass, replace

from bot.toll import Paid
from bot.turn import Turn
from bot.web.forms import Form, read_own
from bot.web.heeding import REMOVE, heed, without_what_tells
from bot.web.plain_talk import answer_asked, go_elsewhere, look_at, objection, own_bubbles, show_talk
from bot.web.site import Site
from bot.web.state import Talk
from bot.web.views import Carried, Heed, Mode, Page
from dialogues.values import Choose, Message, Reply, Say, State
from handover.outlook import GuidedOn
from handover.ports import HandoverError
from handover.values import Channel, EndReason, Gone, Waiting, WithStaff
from safety.tokens import TokenError

BOT_LIMIT = 2_000  # characters


async def answer_form(site: Site, form: Form, paid: Paid) -> Page:
    """The page that follows. Raises TokenError for an unusable state, UnknownChoice for a choice not offered."""
    state, talk = site.tokens.open_state(form.state), _open_talk(site, form.talk)
    if form.do != REMOVE or form.choice:
        return await _Visit(site, form, paid, state, talk).answer()
    page = await _Visit(site, without_what_tells(site, form), paid, state, talk).answer()
    return replace(page, heed=Heed(removed=True))


def page_of(site: Site, turn: Turn) -> Page:
    """A page of the bot that shows a turn."""
    return Page(
        state=turn.state,
        reply=turn.reply,
        state_token=site.tokens.seal_state(turn.state),
        lines=site.reception.lines(turn.state),
        mode=Mode.FIRST if turn.state.node == "start" else Mode.BOT,
        wait=turn.price.wait if turn.price else "",
        owing=turn.price is not None,
    )


def first_view(site: Site, language: str) -> str:
    """The HTML of the first page."""
    return site.views.page(page_of(site, site.reception.open(language)))


def _open_talk(site: Site, token: str) -> Talk | None:
    try:
        return site.tokens.open_talk(token) if token else None
    except TokenError:
        return None


@dataclass(frozen=True, slots=True)
class _Visit:
    site: Site
    form: Form
    paid: Paid
    state: State
    talk: Talk | None

    async def answer(self) -> Page:
        if self.talk is None:
            return await self._with_bot()
        try:
            if self.form.do in {"stop", "end-yes"}:
                await self.site.reception.end(self.talk.ref, EndReason.VISITOR)
                return self._over("ended.stopped" if self.form.do == "stop" else "ended.visitor")
            if way := await go_elsewhere(self.site, self.form, self.state, self.talk):
                return self._over("ended.visitor", way)
            await answer_asked(self.site, self.form, self.talk)
            # A second look when the person lost the talk between the first one and the message.
            page = await self._look(self.talk) or await self._look(self.talk)
            return page or self._over("ended.lost")
        except HandoverError:
            return self._out_of_touch(self.talk)

    async def _look(self, talk: Talk) -> Page | None:
        match await look_at(self.site, self.form, talk):
            case WithStaff(device=""):
                return await self._in_line(talk, Waiting(1, 0))  # the person's page is just opening
            case WithStaff() as standing:
                return await self._with_person(talk, standing)
            case Waiting() as standing:
                return await self._in_line(talk, standing)
            case GuidedOn(reason):
                turn = await self.site.reception.guide_on(self.state, Channel.WEB_PLAIN, reason)
                return replace(page_of(self.site, turn), events=("ended.guided",))
        return None

    async def _with_person(self, talk: Talk, standing: WithStaff) -> Page | None:
        shown = await show_talk(self.site, self.form, self._state_after_language(), talk, standing)
        return replace(shown, asking=self.form.do == "end-ask") if shown else None

    def _state_after_language(self) -> State:
        """In a talk only one choice is left to the bot."""
        kind, _, language = self.form.choice.partition(":")
        known = kind == "lang" and language in self.site.words.languages()
        return self.state._replace(language=language) if known else self.state

    async def _in_line(self, talk: Talk, standing: Waiting) -> Page:
        _, page = await self._turn()
        page = self._line_page(page, talk, standing)
        return replace(page, events=("talk.returned",)) if self.form.reader else page

    async def _with_bot(self) -> Page:
        turn, page = await self._turn()
        if turn.talk is None:
            return page
        talk = Talk(turn.talk, Channel.WEB_PLAIN)
        try:
            standing = await self.site.end.attend(talk.ref)
        except HandoverError:
            standing = Gone()
        # Joined a moment ago: whatever happened since is told at the next look.
        return self._line_page(page, talk, standing if isinstance(standing, Waiting) else Waiting(1, 0))

    async def _turn(self) -> tuple[Turn, Page]:
        """What the bot answers; words meant for a person are kept as a draft, and so are those beside a choice."""
        notice, asked = "", None
        event: Choose | Say | None = Choose(self.form.choice) if self.form.choice else None
        if self.form.sends:
            words = self.site.words.of(self.state.language)
            notice = objection(words, self.form, "", too_long=len(self.form.text) > BOT_LIMIT)
            asked = None if notice else heed(self.site, self.form, self.state)
            event = None if notice or (asked and not asked.sent) else Say(self.form.text)
        ref = self.talk.ref if self.talk else None
        if event is None:
            turn = self.site.reception.show(self.state, ref)
        else:
            channel = self.talk.channel if self.talk else Channel.WEB_PLAIN
            turn = await self.site.reception.answer(self.state, event, ref, channel, self.paid)
        draft = "" if isinstance(event, Say) else self.form.text
        page = page_of(self.site, turn)
        # Somebody who reads on meanwhile, or changes what they said, has waited all the same.
        wait = page.wait or (self.form.wait if not turn.talk else "")
        return turn, replace(page, draft=draft, notice=notice, heed=asked, wait=wait)

    def _line_page(self, page: Page, talk: Talk, standing: Waiting) -> Page:
        prospect = self.site.prospects.of(standing)
        news = self.site.prospects.sentences(page.state.language, prospect)
        return replace(
            page,
            mode=Mode.WAITING,
            talk_token=self.site.tokens.seal_talk(talk),
            briefing=self.site.reception.briefing(page.state),
            place=standing.place,
            about=prospect.band,
            news=news,
            others=self.site.neighbours.open_to(page.state) if news else (),
        )

    def _over(self, event: str, first: tuple[Message, ...] = ()) -> Page:
        node = "after" if self.form.reader else "after-wait"  # whom nobody came to is not asked whether it helped
        page = page_of(self.site, self.site.reception.show(self.state, None, node))
        return replace(page, events=(event,), reply=replace(page.reply, messages=(*first, *page.reply.messages)))

    def _out_of_touch(self, talk: Talk) -> Page:
        """The same page again, with the same number on its message: when it is sent again it still counts once."""
        turn = self.site.reception.show(self.state, talk.ref)
        person = self.form.reader
        if person:
            turn = replace(turn, reply=Reply((), ()))
        return replace(
            page_of(self.site, turn),
            mode=Mode.TALK if person else Mode.WAITING,
            talk_token=self.form.talk,
            person=person,
            briefing=self.site.reception.briefing(turn.state),
            bubbles=own_bubbles(read_own(self.form.own)),
            notice=self.site.words.of(self.state.language)["trouble.turn"],
            draft=self.form.text,
            down=self.form.number("down"),
            carried=Carried(self.form.nonce, self.form.number("seq"), self.form.own, self.form.keys),
        )
