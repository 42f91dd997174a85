"""The command line as operators use it, in this process."""

import asyncio
import json
import re
from typing import Any

from typer.testing import CliRunner, Result

from admin.__main__ import app


class Manage:
    """The command line in this process, on the database of the test."""

    async def __call__(self, *words: object, said: str | None = None) -> Result:
        """Run a command; `said` is what the operator types."""
        written = [str(word) for word in words]
        # In a thread of its own, because each command runs an event loop of its own.
        return await asyncio.to_thread(lambda: CliRunner().invoke(app, written, input=said))

    async def done(self, *words: object, said: str | None = None) -> Result:
        result = await self(*words, said=said)
        assert result.exit_code == 0, result.stderr or result.exception
        return result

    async def read(self, *words: object, code: int = 0) -> Any:
        """Return the one JSON document that a command prints."""
        result = await self(*words, "--json")
        assert result.exit_code == code, result.stderr or result.exception
        return json.loads(result.stdout)

    async def refused(self, *words: object, code: int = 1, said: str | None = None) -> str:
        """Return the sentence with which a command refused; nothing stands on stdout then."""
        result = await self(*words, said=said)
        assert result.exit_code == code, result.stdout
        assert result.stdout == ""
        assert "Traceback" not in result.stderr
        return " ".join(re.sub("[│╭╮╰╯─]", " ", result.stderr).split())
