"""Faults that the outside world has on request."""

from typing import TYPE_CHECKING

from sandbox.storage import Thing

if TYPE_CHECKING:
    from sandbox.telegram.world import World

KINDS = ("too_many_requests", "outage", "slow", "lose_answer", "duplicate_updates", "no_ephemeral", "kick")
NEVER_FAULTY = {"getupdates", "getme"}  # polling goes on, or nothing could be seen to fail


def take(world: "World", kind: str, method: str | None) -> Thing | None:
    """Return a fault of this kind that strikes now (and use one of its times up), or None."""
    for fault in list(world.faults):
        if fault["kind"] != kind or (fault.get("method") and method != fault["method"].lower()):
            continue
        if fault.get("until") is not None and world.now() > fault["until"]:
            _end(world, fault)
            continue
        if fault.get("times") is not None:
            fault["times"] -= 1
            if fault["times"] <= 0:
                _end(world, fault)
        return fault
    return None


def add(world: "World", fault: Thing) -> None:
    """Let a fault strike from now on: a number of `times`, or for some `seconds`."""
    if fault["kind"] == "outage" and fault.get("seconds"):
        fault["until"] = world.now() + fault["seconds"]
    world.faults.append(fault)
    world.events.tell("fault", faults=world.faults)


def _end(world: "World", fault: Thing) -> None:
    world.faults.remove(fault)
    world.events.tell("fault", faults=world.faults)
