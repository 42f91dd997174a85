"""How the sandbox and whoever drives it ask over HTTP."""

import functools
import ssl
from typing import Any

import httpx2


@functools.cache
def _certificates() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


def new_client(**settings: Any) -> httpx2.AsyncClient:
    """Return a client that nothing of the environment (a proxy, a netrc) leads elsewhere.

    All share the certificates of whom they trust: to read these takes longer than ten requests.
    """
    return httpx2.AsyncClient(trust_env=False, verify=_certificates(), **settings)
