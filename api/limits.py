"""How often somebody may ask: one person, or one address where nobody is signed in. All copies count together."""

from ipaddress import IPv6Address, ip_network

from fastapi import Request

from api.ground import Grounded
from core.budgets.limit import limit
from core.db import Database
from core.ids import UserId
from core.web.peers import Connection, Peers, address

_IPV6_SITE_BITS = 64  # one household or server has as many addresses as it wants in there


async def limit_person(db: Database, user_id: UserId, *, per_minute: int) -> None:
    """Count a request of a person; a fifth of a minute's may come at once.

    :raises TooOften: if it is one too many.
    """
    await limit(db, name=f"person:{user_id}", per_minute=per_minute, burst=max(1, per_minute // 5))


async def limit_address(request: Request, ground: Grounded) -> None:
    """Count a request by the address that it comes from: a dependency of routes for whoever is not signed in.

    :raises TooOften: if it is one too many.
    """
    per_minute = ground.settings.api_sign_ins_per_minute
    name = f"address:{site_of(request, ground.peers)}"
    await limit(ground.db, name=name, per_minute=per_minute, burst=per_minute)


def site_of(connection: Connection, peers: Peers) -> str:
    """Return by which address a request, or a socket, is counted; of the newer kind, what all of one place share."""
    peer = peers.of(connection)
    found = address(peer)
    return str(ip_network((found, _IPV6_SITE_BITS), strict=False)) if isinstance(found, IPv6Address) else peer
