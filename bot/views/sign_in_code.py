"""A code to sign in by, as people read and copy it."""

from core.identity.sign_in_with_code import LENGTH, LIVES
from core.notifications.message import Button, Message, tap
from core.texts import say, say_plain


def code_view(code: str, language: str) -> Message:
    """Return the code in two halves, which are easier to type, with what to do with it."""
    written = f"{code[: LENGTH // 2]}-{code[LENGTH // 2 :]}"
    rows = (
        (Button(say_plain(language, "button-copy-code"), copy_text=written),),
        (tap(say_plain(language, "button-new-code"), "sign_in_code"),),
    )
    return Message(say(language, "sign-in-code", code=written, minutes=int(LIVES.total_seconds()) // 60), rows)
