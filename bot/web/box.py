"""What the page loads only when somebody wants to leave a message, or comes back to one with a code."""

import json
from importlib.resources import files

from bot.web.assets import BoxAssets, make_asset
from bot.words import Words


def load_box(words: Words) -> BoxAssets:
    """One module of the browser, which exports one function, and the sentences of each language.

    Browsers are not to keep them: they name what the page is about.
    """
    twins = ((files("safety") / name).read_text(encoding="utf-8") for name in ("sealing.js", "codes.js"))
    own = ((files("bot.web") / "static" / name).read_text(encoding="utf-8") for name in ("code.js", "box.js"))
    said = {language: json.dumps(words.codes(language)).encode() for language in sorted(words.languages())}
    return BoxAssets(
        script=make_asset("js", "\n".join((*twins, *own)).encode(), telling=True),
        said={language: make_asset("json", text, telling=True) for language, text in said.items()},
    )
