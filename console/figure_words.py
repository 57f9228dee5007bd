"""What the cells and groups of published figures are called."""

from collections.abc import Mapping

from console.figure_views import ALL, Label
from console.language import Words
from console.wrapup import GROUPS
from dialogues.values import Content

_QUESTIONS = {group.id for group in GROUPS}


def label_of(content: Content, words: Words) -> Label:
    """What cells are called: the wrap-up's own words, topics by their titles, languages by their names."""
    topics = content.languages[words.language].topics

    def label(table: str, cell: str) -> str:
        if table == "topic":
            return topics[cell].title if cell in topics else cell
        if table == "language":
            return content.languages[cell].name if cell in content.languages else cell
        if table in _QUESTIONS:
            return words.label(table, cell)
        return words.texts.get(f"figures.{table}.{cell}", cell)

    return label


def group_name(id: str, words: Words, content: Content, desks: Mapping[str, str]) -> str:
    """What a group is called; `desks` are the desks' names by id."""
    if id in {ALL, "rest"}:
        return words(f"figures.group.{id}")
    region = id.removeprefix("region.")
    if region == id:
        return desks.get(id, id)
    return words("figures.group.region", county=content.counties.get(region) or words("figures.group.several"))
