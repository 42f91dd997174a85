"""The payment providers, one per file; which of them are there is told by the settings."""

from collections.abc import Mapping

import httpx2
from pydantic import SecretStr

from core.config import DatabaseSettings, ProviderSettings, SecretSettings, TelegramSettings
from core.errors import Invalid
from core.payments.provider import Provider
from core.payments.providers import cloudpayments, standard, stripe
from core.payments.providers.cloudpayments import CloudPayments
from core.payments.providers.standard import Standard
from core.payments.providers.stripe import Stripe
from core.payments.providers.telegram import Telegram
from core.payments.providers.yookassa import YooKassa
from core.secrets import Secrets

# What notices are verified with, by name. Stripe and CloudPayments choose theirs themselves.
SECRET_NAMES = (standard.SECRET_NAME, stripe.SECRET_NAME, cloudpayments.SECRET_NAME)


class SecretComesFromProvider(Invalid):
    """Nobody but the provider chooses this secret, so that its value has to be given."""


class SecretVerifiesNothing(Invalid):
    """The value is not one that this provider signs with."""


def next_secret(name: str, given: str | None) -> str:
    """Return the value with which a provider's secret may be followed: the one given, or a new one.

    :raises SecretComesFromProvider: if it has to be given.
    :raises SecretVerifiesNothing: if it cannot be right; with a wrong one no notice would be taken any more.
    """
    if name == standard.SECRET_NAME:
        if given is not None and not standard.is_secret(given):
            raise SecretVerifiesNothing
        return standard.new_secret() if given is None else given
    if given is None:
        raise SecretComesFromProvider
    if not given or not given.isascii() or not given.isprintable():
        raise SecretVerifiesNothing
    return given


def given_secrets(settings: ProviderSettings) -> Mapping[str, SecretStr]:
    """Return the keys of notices that the settings hold, by the names that the providers look for in `Secrets`."""
    given = {
        standard.SECRET_NAME: settings.standard_webhook_secret,
        stripe.SECRET_NAME: settings.stripe_webhook_secret,
        cloudpayments.SECRET_NAME: settings.cloudpayments_api_secret,
    }
    return {name: secret for name, secret in given.items() if secret}


def secrets_of_settings() -> Secrets:
    """Return the secrets of this installation: those in its file, and those that the settings hold."""
    path = SecretSettings().secrets_file or DatabaseSettings().data_dir.joinpath("secrets.json")
    return Secrets(path, given=given_secrets(ProviderSettings()))


def configured_by_settings(secrets: Secrets, http: httpx2.AsyncClient) -> dict[str, Provider]:
    """Return the providers whose settings are set, by name, with the bot of the settings."""
    telegram = TelegramSettings()
    return configured(
        ProviderSettings(), secrets, http, telegram_url=telegram.telegram_api_url, bot_token=telegram.bot_token
    )


def configured(
    settings: ProviderSettings,
    secrets: Secrets,
    http: httpx2.AsyncClient,
    *,
    telegram_url: str,
    bot_token: SecretStr | None,
) -> dict[str, Provider]:
    """Return the providers whose settings are set, by name.

    `bot_token` and `telegram_url` are the bot's, real or of the sandbox; without a token nothing is paid in Telegram.
    """
    found: list[Provider] = []
    if settings.yookassa_shop_id and settings.yookassa_secret_key:
        found.append(
            YooKassa(
                http,
                url=settings.yookassa_api_url,
                shop_id=settings.yookassa_shop_id,
                secret_key=settings.yookassa_secret_key,
                networks=settings.yookassa_networks,
                currencies=_currencies(settings.yookassa_currencies),
            )
        )
    if settings.standard_api_url and settings.standard_shop_id and settings.standard_secret_key:
        found.append(
            Standard(
                http,
                url=settings.standard_api_url,
                shop_id=settings.standard_shop_id,
                secret_key=settings.standard_secret_key,
                secrets=secrets,
                currencies=_currencies(settings.standard_currencies),
            )
        )
    if settings.stripe_api_key:
        found.append(
            Stripe(
                http,
                url=settings.stripe_api_url,
                api_key=settings.stripe_api_key,
                secrets=secrets,
                currencies=_currencies(settings.stripe_currencies),
            )
        )
    if settings.cloudpayments_public_id and settings.cloudpayments_api_secret:
        found.append(
            CloudPayments(
                http,
                url=settings.cloudpayments_api_url,
                public_id=settings.cloudpayments_public_id,
                api_secret=settings.cloudpayments_api_secret,
                secrets=secrets,
                currencies=_currencies(settings.cloudpayments_currencies),
            )
        )
    if bot_token:  # without a payment token it takes nothing new, and still hears of what was paid
        found.append(
            Telegram(
                http,
                url=telegram_url,
                bot_token=bot_token,
                payment_token=settings.telegram_payment_token,
                currencies=_currencies(settings.telegram_payment_currencies),
            )
        )
    return {provider.name: provider for provider in found}


def _currencies(written: str) -> frozenset[str]:
    return frozenset(written.split(","))
