"""A code to sign in by, as people read and copy it."""

from core.identity.sign_in_with_code import LIVES
from core.notifications.message import Button, Message, tap
from core.texts import say, say_plain


def code_view(code: str, language: str) -> Message:
    """Return the code in fours, which are easier to type, with what to do with it."""
    written = "-".join(code[start : start + 4] for start in range(0, len(code), 4))
    rows = (
        (Button(say_plain(language, "button-copy-code"), copy_text=written),),
        (tap(say_plain(language, "button-new-code"), "sign_in_code"),),
    )
    return Message(say(language, "sign-in-code", code=written, minutes=int(LIVES.total_seconds()) // 60), rows)
