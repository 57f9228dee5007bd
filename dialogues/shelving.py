"""Replies with a topic's text, written once for everybody: at start, so that nothing tells which were read. Pure.

Only those that are shown most: to who asks for themselves or has not said, waits for nobody and is in no danger. The
other replies are written each time.
"""

from dataclasses import replace
from datetime import date

from dialogues.replies import render
from dialogues.topic_replies import last_day
from dialogues.values import Audience, Content, Danger, Reply, Shelf, State

NODE = "topic"

Key = tuple[str, str | None, Audience | None]


def shelve(content: Content) -> Content:
    """The content with such replies on its shelf."""
    replies: dict[Key, tuple[Reply, date]] = {}
    for language, texts in content.languages.items():
        for topic in texts.topics:
            for audience in (Audience.SELF, None):
                state = State(language, NODE, audience, topic)
                last = last_day(content, state)
                if last and content.now.date() <= last:
                    replies[language, topic, audience] = render(content, state), last
    shelf = Shelf(content.nodes, content.languages, content.topics, content.facts, replies)
    return replace(content, shelf=shelf)


def shelved(content: Content, state: State) -> Reply | None:
    """The reply of the state's node from the shelf; None when it is not there, or no longer what would be written."""
    shelf = content.shelf
    if state.node != NODE or state.waiting or state.easy or state.danger is Danger.URGENT or shelf is None:
        return None
    reply, last = shelf.replies.get((state.language, state.topic, state.audience), (None, None))
    if last is None or content.now.date() > last or not _made_of(shelf, content):
        return None
    return reply


def _made_of(shelf: Shelf, content: Content) -> bool:
    """Whether nothing that its replies are made of was replaced since."""
    return (
        shelf.nodes is content.nodes
        and shelf.languages is content.languages
        and shelf.topics is content.topics
        and shelf.facts is content.facts
    )
