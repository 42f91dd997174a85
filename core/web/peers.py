"""Who sends a request: who is connected to us, or whoever a proxy of our own says that it passes on."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Protocol


class _Address(Protocol):
    @property
    def host(self) -> str: ...


class _Headers(Protocol):
    def getlist(self, key: str, /) -> Sequence[str]: ...


class Connection(Protocol):
    """A request, or a socket, as web frameworks have it."""

    @property
    def client(self) -> _Address | None:
        """Who is connected to us."""

    @property
    def headers(self) -> _Headers:
        """What they sent before the body."""


class Peers:
    """Knows the networks of our own proxies, given by commas."""

    def __init__(self, trusted_proxies: str) -> None:
        self.trusted = [ip_network(network.strip()) for network in trusted_proxies.split(",") if network.strip()]

    def of(self, request: Connection) -> str:
        """Return the address of the sender, empty where it cannot be told.

        Of X-Forwarded-For only the last address is our proxy's word, and only if the proxy is connected to us; whatever
        stands before it, or comes from anybody else, is written by the sender.
        """
        connected = address(request.client.host) if request.client else None
        if connected is None:
            return ""
        if not self._is_trusted(connected):
            return str(connected)
        forwarded = request.headers.getlist("x-forwarded-for")
        if not forwarded:
            return str(connected)
        return str(address(forwarded[-1].rpartition(",")[2].strip()) or "")

    def is_near(self, request: Connection) -> bool:
        """Return whether a request comes from our own network, which figures are shown to.

        What a proxy passes on that nobody has named may come from anywhere.
        """
        connected = address(request.client.host) if request.client else None
        if not self._is_trusted(connected) and request.headers.getlist("x-forwarded-for"):
            return False
        sender = address(self.of(request))
        return sender is not None and not sender.is_global

    def _is_trusted(self, connected: IPv4Address | IPv6Address | None) -> bool:
        return connected is not None and any(connected in network for network in self.trusted)


def address(written: str) -> IPv4Address | IPv6Address | None:
    """Return an address, the older kind also where it stands inside the newer; None if it is none."""
    try:
        found = ip_address(written)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
