"""How often a password may be tried, so that nobody guesses it."""

from core.budgets.limit import limit
from core.db import Database
from core.identity.passwords import fingerprint

# At this pace a guesser needs years for what is in no list of bad passwords; a person who mistypes does not notice.
PER_MINUTE, AT_ONCE = 2, 10


async def count_guess(db: Database, *, name_key: str) -> None:
    """Count one try at the password of this name (as names are compared), whoever tries and whether it exists.

    :raises TooOften: if it is one too many.
    """
    # As a hash, because a budget knows nothing of who is erased.
    await limit(db, name=f"password:{fingerprint(name_key).hex()}", per_minute=PER_MINUTE, burst=AT_ONCE)
