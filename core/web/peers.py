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
        self._trusted = [ip_network(network.strip()) for network in trusted_proxies.split(",") if network.strip()]

    def of(self, request: Connection) -> str:
        """Return the address of the sender, empty where it cannot be told.

        Of X-Forwarded-For only the last address is our proxy's word, and only if the proxy is connected to us; whatever
        stands before it, or comes from anybody else, is written by the sender.
        """
        connected = address(request.client.host) if request.client else None
        if connected is None:
            return ""
        if not any(connected in network for network in self._trusted):
            return str(connected)
        forwarded = request.headers.getlist("x-forwarded-for")
        if not forwarded:
            return str(connected)
        return str(address(forwarded[-1].rpartition(",")[2].strip()) or "")


def is_ours(peer: str) -> bool:
    """Return whether an address is one of our own network, which figures are shown to."""
    found = address(peer)
    return found is not None and not found.is_global


def address(written: str) -> IPv4Address | IPv6Address | None:
    """Return an address, the older kind also where it stands inside the newer; None if it is none."""
    try:
        found = ip_address(written)
    except ValueError:
        return None
    return (found.ipv4_mapped or found) if isinstance(found, IPv6Address) else found
