"""The bad days of the bank, on request."""

import random
from collections.abc import Callable
from typing import Any

from sandbox.storage import Thing

OF_REQUESTS = {
    "outage": "every request is answered by a gateway's 503, and notices wait",
    "bad_gateway": "502 with a page of HTML, before anything is done",
    "too_many_requests": "429, before anything is done",
    "fail_before": "500, before anything is done",
    "fail_after": "500, after everything was done",
    "hang_after": "no answer for `seconds` (60), after everything was done",
}
OF_NOTICES = {
    "duplicate_notices": "`copies` (5) of a notice come at once",
    "late_notices": "a notice sets out after `seconds` (5)",
    "hold_notices": "notices are held until they are released, in another order",
    "lose_notices": "no notice is sent",
    "forge_notices": "a forgery of the sort `how` comes before each notice",
}
OF_MONEY = {
    "wrong_amount": "the payer is charged `minor` (-100) more than was asked",
    "pending_refund": "a refund stays pending until somebody settles it",
}
KINDS = {**OF_REQUESTS, **OF_NOTICES, **OF_MONEY}
FIELDS = {"kind", "call", "times", "chance", "for_seconds", "seconds", "copies", "how", "minor"}


class Faults:
    """What goes wrong now. Where chance decides, the seed makes it the same chance each time."""

    def __init__(self, now: Callable[[], float], seed: int) -> None:
        self.active: list[Thing] = []
        self._now = now
        self._random = random.Random(seed)  # noqa: S311 -- nothing secret

    def add(self, fault: Thing) -> None:
        """Let a fault strike from now on.

        It strikes `times` times, or for `for_seconds`, or until faults are cleared; with the probability `chance`; only
        the call (`create_payment`, ...) or the notices (`payment.succeeded`, ...) that `call` names.

        :raises ValueError: if there is no such fault.
        """
        unknown = fault.keys() - FIELDS
        if fault.get("kind") not in KINDS or unknown:
            raise ValueError(f"no such fault: {fault.get('kind')} {sorted(unknown)}")
        fault = {name: value for name, value in fault.items() if value is not None}
        if "for_seconds" in fault:
            fault["until"] = self._now() + float(fault.pop("for_seconds"))
        self.active.append(fault)

    def clear(self, kind: str | None = None) -> None:
        """End every fault, or those of a kind."""
        self.active = [fault for fault in self.active if kind not in {None, fault["kind"]}]

    def lasts(self, kind: str) -> bool:
        """Return whether a fault is there, without using it up."""
        return any(fault["kind"] == kind and self._now() < fault.get("until", float("inf")) for fault in self.active)

    def take(self, kind: str, call: str) -> dict[str, Any] | None:
        """Return a fault of this kind that strikes now (and use one of its times up), or None."""
        for fault in list(self.active):
            if fault["kind"] != kind or fault.get("call", call) != call:
                continue
            if self._now() >= fault.get("until", float("inf")):
                self.active.remove(fault)
                continue
            if "chance" in fault and self._random.random() >= fault["chance"]:
                continue
            if "times" in fault:
                fault["times"] -= 1
                if fault["times"] <= 0:
                    self.active.remove(fault)
            return fault
        return None
