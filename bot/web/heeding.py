"""The guard on the page without JavaScript: what a form's words tell, and what is asked or said about it.

Words that sound like urgent danger go out unasked. Nothing of what is found is kept, logged or counted (PG-3).
"""

from dataclasses import replace

from bot.web.forms import Form
from bot.web.site import Site
from bot.web.views import Heed
from dialogues.understanding import understand
from dialogues.values import Danger, State
from safety.guard import remove

REMOVE, ANYWAY = "remove", "send-anyway"  # what the two buttons of the question do


def heed(site: Site, form: Form, state: State) -> Heed | None:
    """What to ask before the words of a form go out, or to say after; None when they tell nothing, or the visitor has
    answered already."""
    if not form.sends or form.do == ANYWAY:
        return None
    kinds = tuple(dict.fromkeys(span.kind.value for span in site.guard.find(form.text)))
    return Heed(kinds, sent=_is_danger(site, form, state)) if kinds else None


def without_what_tells(site: Site, form: Form) -> Form:
    """The form as it comes after its "Remove it": its words without what the guard finds in them, not yet sent."""
    return replace(form, text=remove(form.text, site.guard.find(form.text)))


def _is_danger(site: Site, form: Form, state: State) -> bool:
    if state.danger is Danger.URGENT:
        return True
    return understand(site.content, state.language, form.text).danger is Danger.URGENT
