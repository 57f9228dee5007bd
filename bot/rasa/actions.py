"""Our four answers as rasa_sdk actions. They read the tracker, answer, and keep nothing of it."""

from collections.abc import Callable, Iterator
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import SlotSet
from rasa_sdk.executor import ActionExecutor, CollectingDispatcher

from bot.rasa.answers import Place, Told, respond
from bot.rasa.names import ActionName
from dialogues.values import Content


class FristadAction(Action):  # type: ignore[misc]  # rasa_sdk has no types
    """One of the actions. `content` gives the content at this moment."""

    def __init__(self, name: ActionName, content: Callable[[], Content], place: Place) -> None:
        self._name = name
        self._content = content
        self._place = place

    def name(self) -> str:
        """The name that an assistant calls it by."""
        return self._name.value

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any) -> list[dict[str, Any]]:
        """Say the answer's texts, with its buttons below the last one; the slots that it sets."""
        answer = respond(self._content(), self._place, self._name, _told(tracker))
        buttons = [{"title": label, "payload": f"/{intent}"} for label, intent in answer.buttons]
        *texts, last = answer.texts or ("",)
        for text in texts:
            dispatcher.utter_message(text=text)
        if last:
            dispatcher.utter_message(text=last, buttons=buttons)
        return [SlotSet(str(slot), value) for slot, value in answer.slots.items()]


def register(content: Callable[[], Content], place: Place) -> ActionExecutor:
    """An executor that knows our actions and no other."""
    executor = ActionExecutor()
    for action in _actions(content, place):
        executor.register_action(action)
    return executor


def _actions(content: Callable[[], Content], place: Place) -> Iterator[FristadAction]:
    return (FristadAction(name, content, place) for name in ActionName)


def _told(tracker: Tracker) -> Told:
    message = tracker.latest_message
    return Told(tracker.slots, message.get("text") or "", (message.get("intent") or {}).get("name") or "")
