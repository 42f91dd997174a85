"""What others rely on in the events: which changes of their document would break whoever reads them."""

from typing import Any

# What says something about a field to people only.
TOLD = {"description", "default", "examples"}


def breaking_changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Return, in words, what a reader of the facts of `before` could not read any more; both are our documents.

    An event of a higher version may have changed in any way. Otherwise fields may only be added, and must have a
    default, because older facts lack them.
    """
    broken: list[str] = []
    messages = after["components"]["messages"]
    for name, old in before["components"]["messages"].items():
        if name not in messages:
            broken.append(f"{name} is gone")
        elif messages[name]["x-version"] < old["x-version"]:
            broken.append(f"{name} has gone back to v{messages[name]['x-version']}")
        elif messages[name]["x-version"] == old["x-version"]:
            schemas = (document["components"]["schemas"][name] for document in (before, after))
            changed = [] if messages[name]["x-aggregate"] == old["x-aggregate"] else ["has another aggregate"]
            broken += [f"{name} v{old['x-version']}: {change}" for change in [*changed, *_changes(*schemas)]]
    return broken


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    fields, needed = after["properties"], set(after.get("required", ()))
    found = []
    for name, old in before["properties"].items():
        if name not in fields:
            found.append(f"{name} is gone")
        elif _untold(fields[name]) != _untold(old):
            found.append(f"{name} is of another kind")
    was_needed = set(before.get("required", ()))
    found += [f"{name} is new and has no default" for name in sorted(needed - before["properties"].keys())]
    found += [f"{name} may be missing now" for name in sorted(was_needed - needed) if name in fields]
    return found


def _untold(field: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in field.items() if key not in TOLD}
