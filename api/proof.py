"""What Telegram signed of somebody, checked with the token of our bot."""

from datetime import datetime

from api.ground import Ground
from api.shapes.auth import InitData, LoginWidget
from core.identity.telegram_proof import Proof, ProofRefused, read_init_data, read_login_widget


def proven(given: InitData | LoginWidget, ground: Ground, *, now: datetime) -> Proof:
    """Return who it is.

    :raises ProofRefused: if it is not genuine or too old, or there is no bot here.
    """
    if ground.bot_token is None:
        raise ProofRefused
    bot_token = ground.bot_token.get_secret_value()
    if isinstance(given, InitData):
        return read_init_data(given.init_data, bot_token=bot_token, now=now)
    return read_login_widget(given.fields, bot_token=bot_token, now=now)
