"""`GET /v1/config`: what a client has to know before anybody is signed in."""

from fastapi import APIRouter

from api.ground import Grounded
from api.shapes.config import Config
from core.money import EXPONENTS
from core.texts import LANGUAGES

USUAL_EXPONENT = 2

router = APIRouter(prefix="/v1", tags=["config"])


@router.get("/config", summary="What this installation offers")
async def read_config(ground: Grounded) -> Config:
    """Name the languages, the currencies, the providers and the bot."""
    return Config(
        bot_id=ground.bot_id,
        telegram_login=ground.bot_id is not None and ground.settings.is_over_tls,
        languages=list(LANGUAGES),
        currencies=sorted(EXPONENTS),
        exponents={code: digits for code, digits in EXPONENTS.items() if digits != USUAL_EXPONENT},
        providers=sorted(ground.providers),
        default_currency=ground.product.default_currency,
    )
