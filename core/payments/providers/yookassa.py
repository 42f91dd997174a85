"""YooKassa: its API asks for money, and its notices are believed by their sender's address, since it signs none."""

from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

import httpx2
from pydantic import SecretStr

from core.payments.provider import Acknowledgement, NotGenuine, Notice, NotUnderstood, Received
from core.payments.providers.asking import dig, event_name, identity, read_object
from core.payments.providers.rest_v3 import RestV3, read_event


class YooKassa(RestV3):
    """YooKassa, API v3. What a notice claims is never believed: only its ids are used, to fetch the object."""

    name = "yookassa"
    signs = False
    acknowledgement = Acknowledgement()

    def __init__(
        self,
        http: httpx2.AsyncClient,
        *,
        url: str,
        shop_id: str,
        secret_key: SecretStr,
        networks: str,
        currencies: frozenset[str],
    ) -> None:
        super().__init__(http, url=url, shop_id=shop_id, secret_key=secret_key, currencies=currencies)
        self._networks = [ip_network(network.strip()) for network in networks.split(",")]

    def verify(self, received: Received, now: datetime) -> str:  # noqa: ARG002 -- it sends no time stamp
        """Return the network that the sender belongs to.

        The sender is who is connected to us; headers that claim another one are written by anybody.

        :raises NotGenuine: if it belongs to none of YooKassa's.
        """
        try:
            peer = ip_address(received.peer)
        except ValueError:
            raise NotGenuine("no address") from None
        # A socket that listens for both kinds shows the older one inside the newer.
        if isinstance(peer, IPv6Address) and peer.ipv4_mapped is not None:
            peer = peer.ipv4_mapped
        for network in self._networks:
            if peer in network:
                return str(network)
        raise NotGenuine("a sender that YooKassa does not document")

    def parse(self, received: Received) -> Notice:
        """Return what the notice claims. It has no id of its own, but no object goes through the same change twice.

        :raises NotUnderstood: if it is not what YooKassa documents.
        """
        body = read_object(received.raw)
        if body.get("type") != "notification":
            raise NotUnderstood("no notification")
        event, thing = event_name(body.get("event")), body.get("object")
        payment, refund = read_event(event, thing)
        return Notice(f"{event}:{identity(dig(thing, 'id'))}", event, payment, refund)
