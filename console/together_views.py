"""What a desk's page is shown of what colleagues are asked: pseudonyms, names of colleagues, closed choices."""

import hashlib

from console.language import Words
from console.views import Json, Views, handle_of
from handover.asks import Ask, AskStage, Call, Matter
from handover.values import AskKind, Channel, DeskId, StaffId
from safety.text64 import write64


def colleague_handle(staff: StaffId) -> str:
    """What the page calls a colleague. One-way, because staff ids are unknown to pages."""
    return write64(hashlib.blake2b(staff.encode(), digest_size=16, person=b"a colleague").digest())


class TogetherViews:
    """Turns what is asked into the frame `together`, in one language."""

    def __init__(self, words: Words, views: Views) -> None:
        self._words = words
        self._views = views

    def together(self, matters: list[Matter], me: StaffId, *, on_duty: bool) -> Json:
        """What this person is asked, what became of their own questions, and who calls for help."""
        return {
            "type": "together",
            "asked": [self._asked(each, ask) for each in matters if on_duty and (ask := _to_answer(each, me))],
            "own": [self._own(each, each.ask) for each in matters if each.holder == me and each.ask],
            "helped": [
                {"talk": handle_of(each.ref), "name": each.helper_name}
                for each in matters
                if each.holder == me and each.helper
            ],
            "calls": [
                self._call(each, each.call, me)
                for each in matters
                if each.call and (on_duty or me in (each.call.by, each.holder))
            ],
        }

    def _asked(self, matter: Matter, ask: Ask) -> Json:
        return {
            "talk": handle_of(matter.ref),
            "number": ask.number,
            "kind": ask.kind.value,
            "stage": ask.stage.value,
            "by": matter.name,
            "name": self._words.pseudonym(matter.pseudonym),
            "phone": matter.briefing.channel is Channel.PHONE,
            "why": [self._words(f"mute.{reason}") for reason in ask.why if f"mute.{reason}" in self._words.texts],
            **({} if ask.kind is AskKind.MUTE else self._views.briefing(matter.briefing, matter.ref.desk)),
        }

    def _own(self, matter: Matter, ask: Ask) -> Json:
        return {
            "talk": handle_of(matter.ref),
            "number": ask.number,
            "kind": ask.kind.value,
            "stage": ask.stage.value,
            "to": self._views.desk_name(DeskId(ask.name)) if ask.kind is AskKind.DESK else ask.name,
        }

    def _call(self, matter: Matter, call: Call, me: StaffId) -> Json:
        return {
            "talk": handle_of(matter.ref),
            "by": call.name,
            "name": self._words.pseudonym(matter.pseudonym),
            "own": me in (call.by, matter.holder),
            "mine": me in {staff for staff, _ in call.coming},
            "coming": [name for _, name in call.coming],
        }


def _to_answer(matter: Matter, me: StaffId) -> Ask | None:
    """The question that `me` may answer, or has said yes to and may still take back."""
    ask = matter.ask
    if ask is None or matter.holder in {me, None} or ask.to not in {me, None}:
        return None
    return ask if ask.stage in {AskStage.COLLEAGUE, AskStage.VISITOR} else None
