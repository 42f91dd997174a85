"""Secrets with key ids: which of them count now, how one follows another, and the file that they live in."""

import contextlib
import fcntl
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

OF_THE_ENVIRONMENT = "env"  # the key id of what the settings give
OWN_KEY_BYTES = 32


class SecretsUnreadable(Exception):
    """The file of secrets is damaged; the sentence names the file and nothing that stands in it."""


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret and the name it is known by in logs."""

    kid: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class KnownSecret:
    """What may be shown of a secret: everything but its value. `since` is None for what the environment gives."""

    name: str
    kid: str
    since: datetime | None
    not_after: datetime | None


@dataclass(frozen=True, slots=True)
class _Kept:
    kid: str
    value: str = field(repr=False)
    since: datetime
    not_after: datetime | None

    def counts(self, now: datetime) -> bool:
        return self.not_after is None or now < self.not_after


def new_key() -> str:
    """Return a key of our own: 256 random bits as text."""
    return secrets.token_urlsafe(OWN_KEY_BYTES)


class Secrets:
    """The secrets of this installation: those in the file at `path`, and those `given` by the environment.

    The file is read again whenever another process has written it. What the environment gives has no date: it counts
    as the oldest, and for as long as it is given.
    """

    def __init__(self, path: Path, *, given: Mapping[str, SecretStr] | None = None) -> None:
        self._path = path
        # An empty setting is an unset one: with an empty key anybody could sign.
        self._given = {name: secret for name, secret in (given or {}).items() if secret.get_secret_value()}
        self._stamp: tuple[int, int, int] | None = None
        self._kept: dict[str, list[_Kept]] = {}

    def active(self, name: str, now: datetime) -> tuple[Secret, ...]:
        """Return the secrets of this name that count at `now`, the newest first; none is no error.

        :raises SecretsUnreadable: if the file is damaged.
        """
        kept = [Secret(one.kid, one.value) for one in reversed(self._read().get(name, [])) if one.counts(now)]
        if name in self._given:
            kept.append(Secret(OF_THE_ENVIRONMENT, self._given[name].get_secret_value()))
        return tuple(kept)

    def newest(self, name: str, now: datetime, *, make: Callable[[], str] = new_key) -> Secret:
        """Return the secret to sign with; on first need one is made, the same for all processes.

        :raises SecretsUnreadable: if the file is damaged.
        """
        if active := self.active(name, now):
            return active[0]
        with self._alone():
            if active := self.active(name, now):
                return active[0]
            return self._add(name, make(), now)

    def rotate(self, name: str, value: str | None, *, overlap: timedelta, now: datetime) -> Secret:
        """Let a new secret (`value`, or a random one) follow the others, which count for `overlap` more.

        One that the environment gives counts until it is taken from there.

        :raises ValueError: if `value` is empty.
        :raises SecretsUnreadable: if the file is damaged.
        """
        if value is not None and not value:
            raise ValueError("an empty secret")
        with self._alone():
            return self._add(name, new_key() if value is None else value, now, others_until=now + overlap)

    def known(self, now: datetime) -> tuple[KnownSecret, ...]:
        """Return what may be shown of all secrets that count at `now`, by name, the newest first.

        :raises SecretsUnreadable: if the file is damaged.
        """
        kept = self._read()
        shown = []
        for name in sorted(kept.keys() | self._given.keys()):
            of_name = [one for one in reversed(kept.get(name, [])) if one.counts(now)]
            shown += [KnownSecret(name, one.kid, one.since, one.not_after) for one in of_name]
            if name in self._given:
                shown.append(KnownSecret(name, OF_THE_ENVIRONMENT, None, None))
        return tuple(shown)

    def _add(self, name: str, value: str, now: datetime, *, others_until: datetime | None = None) -> Secret:
        kept = {
            # What no longer counts is forgotten, so that no old secret waits in a file to be stolen.
            each: [one for one in of_name if one.counts(now)]
            for each, of_name in self._read().items()
        }
        others = kept.get(name, [])
        if others_until is not None:
            others = [
                _Kept(one.kid, one.value, one.since, min(one.not_after or others_until, others_until)) for one in others
            ]
        added = _Kept(f"{now:%Y%m%d}-{secrets.token_hex(4)}", value, now, None)
        self._write({**kept, name: [*others, added]})
        return Secret(added.kid, added.value)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # A file of its own: the secrets' file is replaced by each write, and a lock would stay with the old one.
        lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _read(self) -> dict[str, list[_Kept]]:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._kept = None, {}
            return self._kept
        stamp = (found.st_mtime_ns, found.st_ino, found.st_size)
        if stamp != self._stamp:
            self._kept = self._parse(self._path.read_bytes())
            self._stamp = stamp
        return self._kept

    def _parse(self, raw: bytes) -> dict[str, list[_Kept]]:
        try:
            return {name: [_from_json(one) for one in of_name] for name, of_name in json.loads(raw).items()}
        except (ValueError, TypeError, KeyError, AttributeError):
            # The cause is cut off on purpose: its text may hold what the file holds.
            raise SecretsUnreadable(f"{self._path} is no file of secrets; restore it from a backup") from None

    def _write(self, kept: dict[str, list[_Kept]]) -> None:
        written = json.dumps({name: [_to_json(one) for one in of_name] for name, of_name in kept.items()}, indent=1)
        half_made = self._path.with_name(f"{self._path.name}.new")
        half_made.unlink(missing_ok=True)
        with os.fdopen(os.open(half_made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w") as file:
            file.write(written)
            file.flush()
            os.fsync(file.fileno())
        half_made.replace(self._path)


def _from_json(one: dict[str, str | None]) -> _Kept:
    kid, value, since, not_after = one["kid"], one["value"], one["since"], one["not_after"]
    if not (kid and value and since):
        raise ValueError
    return _Kept(
        kid=kid,
        value=value,
        since=datetime.fromisoformat(since),
        not_after=datetime.fromisoformat(not_after) if not_after else None,
    )


def _to_json(one: _Kept) -> dict[str, str | None]:
    return {
        "kid": one.kid,
        "value": one.value,
        "since": one.since.isoformat(),
        "not_after": one.not_after.isoformat() if one.not_after else None,
    }
