"""What the Bot API asks of a text and of a keyboard."""

from typing import Any

from tests.telegram.refusals import bad

LONGEST = 4096  # of UTF-16, the stricter of the ways to count
MOST_BUTTONS = 100
MOST_DATA = 64  # bytes


def length(text: str) -> int:
    """In units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def check_text(text: Any) -> str:
    """The text as it is kept, without the space around it. Refused when nothing of it would be seen."""
    if not isinstance(text, str):
        raise bad("message text is empty")
    kept = text.strip(" \t\n\r")
    if not kept or not any(sign.isprintable() and not sign.isspace() for sign in kept):
        raise bad("message text is empty")
    if "\ud800" <= max(kept) <= "\udfff" or any("\ud800" <= sign <= "\udfff" for sign in kept):
        raise bad("strings must be encoded in UTF-8")
    if length(kept) > LONGEST:
        raise bad("message is too long")
    return kept


def check_markup(markup: Any) -> dict[str, Any] | None:
    """The keyboard as it is kept."""
    if markup is None:
        return None
    if not isinstance(markup, dict):
        raise bad("object expected as reply markup")
    if "inline_keyboard" not in markup:
        return markup
    rows = markup["inline_keyboard"]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    if sum(map(len, rows)) > MOST_BUTTONS or any(len(row) > 8 for row in rows):
        raise bad("reply markup is too long")
    kept = [[_check_button(button) for button in row] for row in rows if row]
    return {"inline_keyboard": kept} if kept else None


def _check_button(button: Any) -> dict[str, Any]:
    if not isinstance(button, dict) or not str(button.get("text") or "").strip():
        raise bad("Text buttons are unallowed in the inline keyboard")
    data = button.get("callback_data")
    if data is None and "url" not in button:
        raise bad("Text buttons are unallowed in the inline keyboard")
    if data is not None and not 1 <= len(data.encode()) <= MOST_DATA:
        raise bad("BUTTON_DATA_INVALID")
    return {key: button[key] for key in ("text", "callback_data", "url") if button.get(key) is not None}
