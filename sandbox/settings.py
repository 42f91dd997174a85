"""What the product must be told to find the sandbox: its settings, as environment variables have them."""

from sandbox.bank.shops import STANDARD, YOOKASSA

BOT_TOKEN = "7000000001:sandbox-only-" + "a" * 20  # of a bot that exists on this machine alone
PAYMENT_TOKEN = "381764678:TEST:sandbox"  # noqa: S105 -- of no provider at all


def provider_settings(bank_url: str, *, networks: str) -> dict[str, dict[str, str]]:
    """Return the settings of each provider that the bank at `bank_url` plays, for notices out of these networks."""
    assert STANDARD.webhook_secret is not None
    url = f"{bank_url}/v3/"
    return {
        "yookassa": {
            "YOOKASSA_SHOP_ID": YOOKASSA.shop_id,
            "YOOKASSA_SECRET_KEY": YOOKASSA.secret_key,
            "YOOKASSA_API_URL": url,
            "YOOKASSA_NETWORKS": networks,
        },
        "standard": {
            "STANDARD_SHOP_ID": STANDARD.shop_id,
            "STANDARD_SECRET_KEY": STANDARD.secret_key,
            "STANDARD_API_URL": url,
            "STANDARD_WEBHOOK_SECRET": STANDARD.webhook_secret,
        },
        "telegram": {"TELEGRAM_PAYMENT_TOKEN": PAYMENT_TOKEN},
    }


def all_settings(telegram_url: str, bank_url: str, *, networks: str) -> dict[str, str]:
    """Return all that bot, workers and webhooks need to live in the sandbox."""
    settings = {"BOT_TOKEN": BOT_TOKEN, "TELEGRAM_API_URL": telegram_url}
    for of_provider in provider_settings(bank_url, networks=networks).values():
        settings |= of_provider
    return settings
