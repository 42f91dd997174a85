"""`doctor`: one screen of everything that is stuck now."""

import asyncio

import typer

from admin.operating import AsJson, opened_desk


def doctor(*, as_json: AsJson = False) -> None:
    """Show everything that is stuck, with the commands that show and mend it; exit 1 if anything is."""
    from admin.broker import find_stuck_at_broker
    from admin.showing import show
    from admin.stuck import find_stuck
    from core.clock import utc_now
    from core.config import BusSettings

    with opened_desk() as desk:
        found = desk.ask(lambda session: find_stuck(session, now=utc_now()))
        found += asyncio.run(find_stuck_at_broker(BusSettings()))
        show({"stuck": found}, as_json=as_json)
    if found:
        raise typer.Exit(1)
