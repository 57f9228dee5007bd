"""Practice talks: the page where staff talk with a scripted visitor, or with a colleague beside them.

All of it runs in that page. Nothing of a practice talk is sent, so no desk, no engine and no counter can know of it.
"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from console.guard import signed_in_of
from console.house import house_of
from console.pages import language_of, render, words_of
from console.together_frames import MUTE_REASONS
from console.views import Json, Views
from console.wrapup import GROUPS, suggest
from dialogues.practice import Scenario, Script, load_scenarios
from dialogues.wording import in_language
from handover.values import Briefing, Channel, Danger, Pseudonym

COLLEAGUE = "colleague"
_HANDLE = "practice" + "-" * 14  # as long as a talk's, and none's
_WHOEVER = Script("", "", (), (), (), "")
_SCENARIOS = load_scenarios()

router = APIRouter()


@router.get("/practice")
async def show_practice(request: Request) -> Response:
    """Who there is to practise with; with `?with=` one of them, the talk itself. Another name shows the list."""
    house, words = house_of(request), words_of(request)
    asked = request.query_params.get("with", "")
    known = asked in _SCENARIOS or asked == COLLEAGUE
    return render(
        request,
        "practice.html",
        page="practice",
        scenarios=[(id, each.scripts[words.language]) for id, each in _SCENARIOS.items()],
        chosen=asked if known else "",
        talk=_talk(request, asked) if known else None,
        groups=GROUPS,
        mute_reasons=MUTE_REASONS,
        routine=in_language(house.content.desks[signed_in_of(request).member.desk].reporting, language_of(request)),
    )


def _talk(request: Request, asked: str) -> Json:
    """What the page is told of the visitor: the frames of a talk that begins, and the script."""
    house, words = house_of(request), words_of(request)
    views = Views(words, house.content)
    scenario = _SCENARIOS.get(asked)
    briefing, name, script = _briefing(scenario, words.language), Pseudonym(1, 1), _WHOEVER
    if scenario is not None:
        name, script = Pseudonym(*scenario.name), scenario.scripts[words.language]
    return {
        "talk": _HANDLE,
        "name": words.pseudonym(name),
        **views.briefing(briefing),
        "hand": views.hand(_HANDLE, briefing),
        "suggested": suggest(briefing.audience, briefing.age_band),
        "script": {
            "first": script.first,
            "answers": [{"when": each.when, "say": each.say} for each in script.answers],
            "otherwise": script.otherwise,
            "last": script.last,
        },
    }


def _briefing(scenario: Scenario | None, language: str) -> Briefing:
    if scenario is None:
        return Briefing(language, Channel.WEB)
    return Briefing(
        language,
        Channel.WEB,
        scenario.topic,
        scenario.audience,
        scenario.age,
        scenario.county,
        Danger(scenario.danger),
    )
