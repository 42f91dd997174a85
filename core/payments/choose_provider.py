"""Which providers take a currency, of those that are switched on."""

from collections.abc import Mapping

from core.errors import Conflict
from core.payments.provider import Provider


class NoProvider(Conflict):
    """There is no provider for this currency just now."""


def providers_for(providers: Mapping[str, Provider], currency: str) -> tuple[str, ...]:
    """Return the names of the providers that take a currency."""
    return tuple(name for name, provider in providers.items() if provider.takes(currency))


def check_any_provider(providers: Mapping[str, Provider], currency: str) -> tuple[str, ...]:
    """Return the names of the providers that take a currency.

    :raises NoProvider: if there is none.
    """
    names = providers_for(providers, currency)
    if not names:
        raise NoProvider(currency=currency)
    return names


def check_provider(providers: Mapping[str, Provider], name: str, currency: str) -> None:
    """Refuse a provider that is switched off or does not take the currency.

    :raises NoProvider: if it is so.
    """
    if name not in providers_for(providers, currency):
        raise NoProvider(currency=currency)
