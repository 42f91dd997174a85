"""How the bank says no."""

import uuid
from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse


class Refusal(Exception):
    """An answer that is an error, with the words of the API."""

    def __init__(self, status: int, code: str, description: str, parameter: str | None = None) -> None:
        self.status = status
        self.code = code
        self.description = description
        self.parameter = parameter
        super().__init__(description)

    @classmethod
    def invalid(cls, parameter: str, description: str) -> "Refusal":
        """Return the refusal of a request that is wrong in one place."""
        return cls(400, "invalid_request", description, parameter)

    @classmethod
    def not_found(cls, what: str, parameter: str) -> "Refusal":
        """Return the refusal of a question about something that is not there."""
        return cls(404, "not_found", f"{what} doesn't exist or access denied", parameter)

    @classmethod
    def internal(cls) -> "Refusal":
        """Return what a broken bank says; nobody knows what became of the request."""
        return cls(500, "internal_server_error", "Internal server error")

    def body(self) -> dict[str, Any]:
        """Return the error as the API writes it."""
        error = {"type": "error", "id": str(uuid.uuid4()), "code": self.code, "description": self.description}
        return error if self.parameter is None else {**error, "parameter": self.parameter}


class Impossible(Exception):
    """Somebody wants of a payment, a refund or a notice what its state does not allow."""


async def refused(_: Request, refusal: Exception) -> JSONResponse:
    """Answer a request with the refusal that it met."""
    if isinstance(refusal, Refusal):
        return JSONResponse(refusal.body(), refusal.status)
    return JSONResponse(Refusal(409, "impossible", str(refusal)).body(), 409)
