"""What stands between a draft and its publication, said in the reader's language with the place and the rule."""

from dataclasses import dataclass

from console.language import Words
from dialogues.breaches import Breach
from dialogues.files import ContentError

SHOWN = 20  # sentences; whoever mended these sees the rest


@dataclass(frozen=True, slots=True)
class Verdict:
    """`problem`: the content cannot be used like this at all. `breaches`: of rules, in the part, or anew elsewhere.
    `unapproved`: sections without whose approval the language is not reviewed."""

    problem: ContentError | None = None
    breaches: tuple[Breach, ...] = ()
    unapproved: tuple[str, ...] = ()

    @property
    def clean(self) -> bool:
        return self.problem is None and not self.breaches and not self.unapproved


def sentences(verdict: Verdict, part: str, words: Words) -> list[str]:
    """One for each thing that is wrong, the first SHOWN of them."""
    said = [_problem(verdict.problem, part, words)] if verdict.problem else []
    said += [_breach(breach, part, words) for breach in verdict.breaches]
    if verdict.unapproved:
        said.append(words("rule.unapproved", parts=", ".join(verdict.unapproved)))
    return said[:SHOWN]


def _problem(error: ContentError, part: str, words: Words) -> str:
    reason = error.reason
    said = words(f"problem.{reason.key}", **reason.values) if reason else words("problem.other", text=str(error))
    file = part.partition("#")[0]
    if not error.file.endswith(f"/{file}"):
        return words("edit.elsewhere", part=error.file.rpartition("content/")[2], said=said)
    if error.needle and error.needle != "##":
        return words("edit.at", place=error.needle, said=said)
    # Lines of a part that is only an entry of its file are counted otherwise, but where it is no YAML.
    if "#" not in part or (reason and reason.key == "yaml"):
        return words("edit.at", place=words("edit.line", number=error.line), said=said)
    return said


def _breach(breach: Breach, part: str, words: Words) -> str:
    said = words(f"rule.{breach.rule}", **dict(breach.values)) if breach.values else words(f"rule.{breach.rule}")
    place = breach.place
    if breach.number:
        place = words("edit.message", section=place, number=breach.number)
    said = words("edit.at", place=place, said=said)
    return said if breach.part == part else words("edit.elsewhere", part=breach.part, said=said)
