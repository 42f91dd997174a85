"""Whoever is signed in shows that it is they: they know the password that counts now."""

from core.db import Database
from core.errors import Forbidden
from core.identity.guesses import count_guess
from core.identity.models import Password
from core.identity.passwords import is_password


class WrongCurrentPassword(Forbidden):
    """This is not the password that counts now."""


async def confirm_password(db: Database, *, known: Password, given: str | None) -> None:
    """Make sure that somebody knows their password; it is compared outside of any transaction.

    :raises TooOften: if it was tried too often.
    :raises WrongCurrentPassword: if it is another.
    """
    await count_guess(db, name_key=known.name_key)
    if not await is_password(given or "", known.hash):
        raise WrongCurrentPassword
