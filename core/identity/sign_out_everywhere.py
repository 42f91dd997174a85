"""Nobody goes on in a person's name: their sessions, personal tokens and code count no more."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import PersonalToken, SessionRow, SignInCode
from core.ids import SessionId, UserId


async def sign_out_everywhere(session: AsyncSession, *, user_id: UserId, but: SessionId | None = None) -> int:
    """End all that a person is signed in by, except for one session, and return how much that was.

    Twice is the same as once.
    """
    ended = 0
    for model in (SessionRow, PersonalToken, SignInCode):
        theirs = delete(model).where(model.user_id == user_id)
        if model is SessionRow:
            theirs = theirs.where(SessionRow.id.is_distinct_from(but))
        gone = await session.scalars(theirs.returning(model.user_id))
        ended += len(gone.all())
    return ended
