"""Words that mean the same: a hand-written lexicon over Swedish and English, so that few examples teach much.

`content/concepts.txt` holds a concept a line: `name: form, form, ...` (forms as in dialogues.forms).
"""

from pathlib import Path

from dialogues.files import ContentError, read_text
from dialogues.forms import Forms


def read_concepts(path: Path) -> Forms:
    """The lexicon of a file. Raises ContentError, with the line, for a form that no folded text can hold."""
    concepts = Forms()
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, forms = line.partition(":")
        for form in forms.split(","):
            try:
                concepts.add(form.strip(), name)
            except ValueError as error:
                raise ContentError(path, number, f"{name}: {error}") from error
    return concepts
