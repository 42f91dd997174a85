"""What an installation offers."""

from pydantic import Field

from api.shapes.shape import Shape


class Config(Shape):
    """What a client has to know before anybody is signed in."""

    bot_id: int | None = Field(description="Of the bot in Telegram; for its Login Widget.", examples=[4_839_574_812])
    telegram_login: bool = Field(description="Whether Telegram's Login Widget works here.", examples=[True])
    languages: list[str] = Field(description="What messages can be in.", examples=[["ru", "en"]])
    currencies: list[str] = Field(description="Codes of ISO 4217.", examples=[["EUR", "RUB", "USD"]])
    exponents: dict[str, int] = Field(
        description="Of currencies whose minor unit is no hundredth: how many digits it has.", examples=[{"JPY": 0}]
    )
    providers: list[str] = Field(description="Who moves money for this installation.", examples=[["yookassa"]])
    default_currency: str = Field(description="Of a purchase whose currency nobody says.", examples=["RUB"])
