"""Whom a program runs as that refuses to run as root."""

import contextlib
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class NobodyCanRunIt(Exception):
    """There is no account that could run the program here; the sentence says why and what can be done."""


class Account(NamedTuple):
    """An account, and the words in front of a command that run it as this account."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()


def account_for(data: Path, *, program: Path) -> Account:
    """Return whom `program` runs as: whoever owns `data`, or an unprivileged account if we are root.

    No account is made for it, and no existing folder changes its mode or its owner. `data` need not exist, the
    folder around it must.

    :raises NobodyCanRunIt: if nobody who may can reach both.
    """
    me, owner = os.geteuid(), _owner(data)
    if me != 0:
        if owner is None or owner.uid == me:
            return Account(me, os.getegid())
        raise NobodyCanRunIt(f"{data} belongs to user {owner.uid}: run as that user, or choose another folder.")
    for account in _ways_from_root(owner):
        if _reaches(account, data.parent, program):
            return account
    raise NobodyCanRunIt(
        f"{program.name} refuses to run as root, and no unprivileged account can be had that reaches {data}. "
        "Run as a plain user, or choose a folder that others may enter."
    )


def _ways_from_root(owner: Account | None) -> Iterator[Account]:
    """Yield the ways to run a program as somebody else, the weakest first.

    Behind a closed folder (root's home, say) the account needs one power more to pass it: to enter and read what is
    not its own, or where a container withholds that power, to write as well. Where no other account can be had at
    all, a user namespace makes root look like nobody.
    """
    for account in _accounts(owner):
        become = ("setpriv", f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups")
        yield account._replace(prefix=(*become, "--"))
        for power in ("dac_read_search", "dac_override"):
            # Without that bit access(2), by which PostgreSQL looks for its own programs, would ignore the power.
            keep = (f"--inh-caps=+{power}", f"--ambient-caps=+{power}", "--securebits=+no_setuid_fixup")
            yield account._replace(prefix=(*become, *keep, "--"))
    if owner is None or owner.uid == 0:
        yield Account(0, 0, ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--"))


def _accounts(owner: Account | None) -> Iterator[Account]:
    if owner is not None:
        if owner.uid != 0:
            yield owner
        return
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            user = pwd.getpwnam(name)
            yield Account(user.pw_uid, user.pw_gid)


def _owner(path: Path) -> Account | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return Account(status.st_uid, status.st_gid)


def _reaches(account: Account, folder: Path, program: Path) -> bool:
    if shutil.which(account.prefix[0]) is None:
        return False
    question = ("sh", "-c", 'cd "$1" && test -x "$2"', "sh", str(folder), str(program))
    asked = subprocess.run([*account.prefix, *question], check=False, capture_output=True)  # noqa: S603 -- its words are ours
    return asked.returncode == 0
