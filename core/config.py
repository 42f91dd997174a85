"""Settings, one class per concern, read from the environment and `.env`."""

from datetime import timedelta
from functools import cache
from ipaddress import ip_network
from pathlib import Path

from dotenv import dotenv_values
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ENV_FILE = Path(".env")


class WrongSettings(Exception):
    """The settings contradict each other or name something unknown; the sentence says which."""


class _Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=ENV_FILE, env_file_encoding="utf-8", extra="ignore", frozen=True)


def _networks(written: str) -> str:
    for network in written.split(","):
        ip_network(network.strip())
    return written


class DatabaseSettings(_Settings):
    """Where the rows live."""

    database_url: str | None = Field(default=None, description="A PostgreSQL 15 or newer; unset: the embedded one.")
    data_dir: Path = Field(default=Path("data"), description="Where the embedded database and the sandbox keep data.")
    postgres_programs: Path | None = Field(
        default=None, description="The folder of `initdb` and `postgres`; unset: the wheel's, else the system's."
    )
    database_pool_size: int = Field(
        default=17, ge=13, le=100, description="Connections of one process; each consumer of events may hold two."
    )


class TelegramSettings(_Settings):
    """How the bot reaches Telegram."""

    bot_token: SecretStr | None = Field(default=None, description="From @BotFather; unset: the sandbox Telegram.")
    telegram_api_url: str = Field(default="https://api.telegram.org", description="The Bot API server.")
    webhook_url: str | None = Field(default=None, description="Public https address; unset: long polling.")
    webhook_secret: SecretStr | None = Field(default=None, description="Telegram repeats it in every webhook.")
    webhook_port: int = Field(default=8080, ge=0, le=65535, description="Where the bot's webhook server listens.")
    telegram_group_messages_per_minute: int = Field(
        default=15, ge=1, le=6000, description="Sends and edits, one group."
    )


class BusSettings(_Settings):
    """How events get from one process to another."""

    amqp_url: SecretStr | None = Field(default=None, description="A RabbitMQ 3.10 or newer; unset: no broker.")
    amqp_prefix: str = Field(
        default="syncbuy.", pattern="^[A-Za-z0-9_.-]{0,100}$", description="Of the names of exchanges and queues there."
    )


class KafkaSettings(_Settings):
    """Where facts are exported to, for others to read."""

    kafka_url: str | None = Field(
        default=None,
        pattern=r"^$|^[^,:/\s]+:\d+(,[^,:/\s]+:\d+)*$",
        description="Bootstrap servers, host:port by commas; unset: no export.",
    )
    kafka_topic_prefix: str = Field(
        default="syncbuy.", pattern="^[A-Za-z0-9_.-]{0,100}$", description="Of the names of the topics."
    )
    kafka_tls: bool = Field(default=False, description="Speak TLS, and believe whom this machine believes.")
    kafka_username: str | None = Field(default=None, description="Of SASL; unset: nobody asks who we are.")
    kafka_password: SecretStr | None = Field(default=None, description="Of that user.")
    kafka_sasl_mechanism: str = Field(
        default="SCRAM-SHA-512", pattern="^(PLAIN|SCRAM-SHA-256|SCRAM-SHA-512)$", description="How it is proven."
    )


class SecretSettings(_Settings):
    """Where the secrets live that follow one another."""

    secrets_file: Path | None = Field(default=None, description="A file of mode 0600; unset: DATA_DIR/secrets.json.")


class SandboxSettings(_Settings):
    """The outside world on this machine."""

    sandbox_host: str = Field(default="127.0.0.1", description="Where the sandbox listens.")
    sandbox_port: int = Field(default=8765, ge=0, le=65535, description="Its port; 0: any free one.")
    sandbox_bank_port: int = Field(default=8766, ge=0, le=65535, description="The port of the sandbox bank; 0: any.")


class ProductSettings(_Settings):
    """What the product does by default."""

    default_currency: str = Field(default="RUB", pattern="^[A-Z]{3}$", description="ISO 4217, for a new chat.")
    default_time_zone: str = Field(default="Europe/Moscow", description="IANA name, for a new person.")
    auto_confirm_days: int = Field(default=7, ge=1, le=90, description="An unanswered 'I paid' confirms itself then.")
    debt_due_days: int = Field(default=7, ge=1, le=365, description="When a debt is due if the purchase says nothing.")

    @property
    def confirm_within(self) -> timedelta:
        """Return how long a payee has to answer "I paid"."""
        return timedelta(days=self.auto_confirm_days)

    @property
    def due_after(self) -> timedelta:
        """Return when a debt is due if its purchase does not say."""
        return timedelta(days=self.debt_due_days)


_CURRENCIES = "^[A-Z]{3}(,[A-Z]{3})*$"
_WEB_FOLDER = "^https?://[^?#]+/$"  # what stands behind it is joined to it as it is
# The senders that YooKassa documents; it signs nothing, so that they and a second look at the object are all there is.
_YOOKASSA_NETWORKS = (
    "185.71.76.0/27,185.71.77.0/27,77.75.153.0/25,77.75.156.11/32,77.75.156.35/32,77.75.154.128/25,2a02:5180::/32"
)


class ProviderSettings(_Settings):
    """Who moves money for us; a provider whose settings are unset is not there."""

    yookassa_shop_id: str | None = Field(default=None, description="The shop's number at YooKassa; unset: no YooKassa.")
    yookassa_secret_key: SecretStr | None = Field(default=None, description="The key of that shop.")
    yookassa_api_url: str = Field(
        default="https://api.yookassa.ru/v3/", pattern=_WEB_FOLDER, description="The API, or a sandbox of it."
    )
    yookassa_networks: str = Field(
        default=_YOOKASSA_NETWORKS, description="Whose notices are believed to be YooKassa's: networks, by commas."
    )
    yookassa_currencies: str = Field(default="RUB", pattern=_CURRENCIES, description="What the contract covers.")

    standard_api_url: str | None = Field(
        default=None,
        pattern=f"^$|{_WEB_FOLDER}",
        description="A bank that speaks YooKassa's API and signs; unset: none.",
    )
    standard_shop_id: str | None = Field(default=None, description="The shop's number there.")
    standard_secret_key: SecretStr | None = Field(default=None, description="The key of that shop.")
    standard_webhook_secret: SecretStr | None = Field(
        default=None, description="`whsec_` and base64: what it signs with, by Standard Webhooks."
    )
    standard_currencies: str = Field(default="RUB", pattern=_CURRENCIES, description="What the contract covers.")

    stripe_api_key: SecretStr | None = Field(default=None, description="`sk_...` or `rk_...`; unset: no Stripe.")
    stripe_webhook_secret: SecretStr | None = Field(default=None, description="`whsec_...` of the webhook endpoint.")
    stripe_api_url: str = Field(default="https://api.stripe.com/v1/", pattern=_WEB_FOLDER, description="The API.")
    stripe_currencies: str = Field(default="EUR,GBP,USD", pattern=_CURRENCIES, description="What the account takes.")

    cloudpayments_public_id: str | None = Field(default=None, description="`pk_...`; unset: no CloudPayments.")
    cloudpayments_api_secret: SecretStr | None = Field(default=None, description="Asks the API and signs notices.")
    cloudpayments_api_url: str = Field(
        default="https://api.cloudpayments.ru/", pattern=_WEB_FOLDER, description="The API."
    )
    cloudpayments_currencies: str = Field(default="RUB", pattern=_CURRENCIES, description="What the contract covers.")

    telegram_payment_token: SecretStr | None = Field(
        default=None, description="From @BotFather, Payments; unset: no payments inside Telegram."
    )
    telegram_payment_currencies: str = Field(
        default="RUB", pattern=_CURRENCIES, description="What the provider behind that token takes."
    )

    @field_validator("yookassa_networks")
    @classmethod
    def _are_networks(cls, written: str) -> str:
        return _networks(written)


class WebhooksSettings(_Settings):
    """Where providers bring their notices."""

    webhooks_host: str = Field(default="127.0.0.1", description="Where the server for providers' notices listens.")
    webhooks_port: int = Field(default=8767, ge=0, le=65535, description="Its port; 0: any free one.")
    trusted_proxies: str = Field(
        default="",
        description="Networks of our own proxies, by commas, whose X-Forwarded-For is believed; empty: none.",
    )
    max_notice_bytes: int = Field(default=262144, ge=1024, le=16777216, description="A longer notice is refused.")

    @field_validator("trusted_proxies")
    @classmethod
    def _are_networks(cls, written: str) -> str:
        return _networks(written) if written else written


class ApiSettings(_Settings):
    """Where other clients, and the page, find the HTTP API."""

    api_host: str = Field(default="127.0.0.1", description="Where the server of the API and the page listens.")
    api_port: int = Field(default=8768, ge=0, le=65535, description="Its port; 0: any free one.")
    api_public_url: str | None = Field(
        default=None,
        pattern=r"^$|^https://[^/?#\s]+$|^http://(127\.0\.0\.1|localhost)(:\d+)?$",
        description="Its public address without a path, as https://buy.example; unset: only this machine reaches it.",
    )
    api_cors_origins: str = Field(
        default="",
        pattern=r"^$|^https?://[^/?#,\s]+(,https?://[^/?#,\s]+)*$",
        description="Pages of others that may call it from a browser: origins, by commas; empty: none.",
    )
    api_framed_by: str = Field(
        default="https://web.telegram.org",
        pattern=r"^$|^https?://[^/?#,;\s]+( https?://[^/?#,;\s]+)*$",
        description="Who may show the page in a frame: origins, by spaces; empty: nobody.",
    )
    api_max_body_bytes: int = Field(default=65536, ge=1024, le=16777216, description="A longer body is refused.")
    api_max_photo_bytes: int = Field(default=10485760, ge=1024, le=52428800, description="A longer photo is refused.")
    api_requests_per_minute: int = Field(default=600, ge=1, le=1_000_000, description="Of one person, all copies.")
    api_sign_ins_per_minute: int = Field(default=20, ge=1, le=1_000_000, description="From one address, all copies.")

    @property
    def is_over_tls(self) -> bool:
        """Return whether browsers are to come by https alone."""
        return (self.api_public_url or "").startswith("https:")


class MoneySettings(_Settings):
    """What people may move, and what the house takes of it."""

    payment_max: int = Field(default=350_000, ge=1, description="One operation, in whole units of its currency.")
    payments_a_day_max: int = Field(default=1_000_000, ge=1, description="One person and currency in a day (UTC).")
    service_fee_basis_points: int = Field(
        default=0, ge=0, le=2000, description="Of each payment by a wallet or provider; 100 is one percent."
    )


class LoggingSettings(_Settings):
    """What is logged, and how."""

    log_level: str = Field(default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="The lowest level.")
    log_json: bool = Field(default=False, description="JSON lines instead of text for people.")


class TelemetrySettings(_Settings):
    """What can be seen of a process from outside."""

    metrics_host: str = Field(default="127.0.0.1", description="Where figures and health of a process are shown.")
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535, description="Its port, 0: any free one; unset: bot and workers show none."
    )
    otlp_url: str | None = Field(
        default=None,
        pattern="^https?://[^?#]+$",
        description="Who collects traces by OTLP over HTTP, as http://jaeger:4318; unset: nobody.",
    )


class ContainerSettings(_Settings):
    """What docker-compose.yml reads from the same `.env`; the product itself does not."""

    postgres_password: SecretStr | None = Field(default=None, description="Of its PostgreSQL; unset: syncbuy.")
    rabbitmq_password: SecretStr | None = Field(default=None, description="Of its RabbitMQ; unset: syncbuy.")
    grafana_password: SecretStr | None = Field(default=None, description="Of its Grafana; unset: syncbuy.")


CLASSES = (
    *(DatabaseSettings, BusSettings, KafkaSettings, TelegramSettings, SandboxSettings, SecretSettings),
    *(ProviderSettings, WebhooksSettings, ApiSettings, ProductSettings, MoneySettings, LoggingSettings),
    *(TelemetrySettings, ContainerSettings),
)
# Settings that mean nothing without each other: all of a row are set, or none.
_TOGETHER = (
    ("yookassa_shop_id", "yookassa_secret_key"),
    ("standard_api_url", "standard_shop_id", "standard_secret_key", "standard_webhook_secret"),
    ("stripe_api_key", "stripe_webhook_secret"),
    ("cloudpayments_public_id", "cloudpayments_api_secret"),
    ("kafka_username", "kafka_password"),
)


@cache
def check_settings() -> None:
    """Read every class once.

    :raises WrongSettings: if `.env` names an unknown setting, a value is refused, or two settings contradict.
    """
    known = {name.upper() for settings in CLASSES for name in settings.model_fields}
    unknown = sorted(name for name in dotenv_values(ENV_FILE) if name.upper() not in known)
    if unknown:
        raise WrongSettings(f".env names unknown settings: {', '.join(unknown)}")
    values: dict[str, object] = {}
    for settings in CLASSES:
        try:
            values |= settings()
        except ValueError as refusal:
            raise WrongSettings(_in_one_line(refusal)) from None
    telegram = TelegramSettings()
    if telegram.webhook_url and not telegram.bot_token:
        raise WrongSettings("WEBHOOK_URL needs BOT_TOKEN: the sandbox is reached by long polling")
    if telegram.webhook_url and not telegram.webhook_secret:
        raise WrongSettings("WEBHOOK_URL needs WEBHOOK_SECRET: without it anybody could forge updates")
    for names in _TOGETHER:
        missing = [name.upper() for name in names if not values[name]]
        if 0 < len(missing) < len(names):
            given = next(name.upper() for name in names if name.upper() not in missing)
            raise WrongSettings(f"{given} needs {', '.join(missing)}")


def _in_one_line(refusal: ValueError) -> str:
    errors = getattr(refusal, "errors", None)
    if errors is None:
        return str(refusal)
    # Values are left out on purpose: one of them may be a secret.
    return "; ".join(f"{'.'.join(str(part) for part in error['loc']).upper()}: {error['msg']}" for error in errors())
