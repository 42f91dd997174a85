"""Everything a part of the outside world knows, stored at once, so that killing it loses nothing."""

import json
import sqlite3
from pathlib import Path
from typing import Any

Thing = dict[str, Any]


class Storage:
    """JSON objects by kind and key in one SQLite file; without a path, in memory until the process ends."""

    def __init__(self, path: Path | None) -> None:
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
        where = ":memory:" if path is None else path
        self._connection = sqlite3.connect(where, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        # What the operating system has survives the death of the process; only a power cut could lose the last moments.
        self._connection.execute("PRAGMA synchronous=OFF")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS things (kind TEXT, key TEXT, body TEXT, PRIMARY KEY (kind, key)) WITHOUT ROWID"
        )

    def save(self, kind: str, key: object, thing: Thing) -> None:
        """Store or replace an object."""
        body = json.dumps(thing, ensure_ascii=False)
        self._connection.execute("INSERT OR REPLACE INTO things VALUES (?, ?, ?)", (kind, str(key), body))

    def delete(self, kind: str, key: object) -> None:
        """Forget an object."""
        self._connection.execute("DELETE FROM things WHERE kind = ? AND key = ?", (kind, str(key)))

    def load(self, kind: str) -> list[Thing]:
        """Return all objects of a kind."""
        rows = self._connection.execute("SELECT body FROM things WHERE kind = ?", (kind,))
        return [json.loads(body) for (body,) in rows]

    def clear(self) -> None:
        """Forget everything."""
        self._connection.execute("DELETE FROM things")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()
