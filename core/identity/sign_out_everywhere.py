"""Nobody goes on in a person's name: their sessions, personal tokens and code count no more."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from core.identity.models import PersonalToken, SessionRow, SignInCode
from core.ids import UserId


async def sign_out_everywhere(session: AsyncSession, *, user_id: UserId) -> int:
    """End all that a person is signed in by, and return how much that was; twice is the same as once."""
    ended = 0
    for model in (SessionRow, PersonalToken, SignInCode):
        gone = await session.scalars(delete(model).where(model.user_id == user_id).returning(model.user_id))
        ended += len(gone.all())
    return ended
