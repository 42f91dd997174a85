"""`reminders`: what people are told of their debts, and when."""

from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, chosen, opened_desk

app = typer.Typer(help="Look into reminders of debts.", no_args_is_help=True)


@app.command("list")
def list_reminders(
    *,
    person: Annotated[
        str | None, typer.Option(help="Those to one person, by the id or eight characters of it.")
    ] = None,
    debt: Annotated[str | None, typer.Option(help="Those of one debt, likewise.")] = None,
    status: Annotated[str | None, typer.Option(help="waiting, sent or skipped.")] = None,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List reminders, the latest first: those that wait with their stage (`snoozed` if put off), and those sent."""
    from admin.showing import fields, show
    from core.identity.models import User
    from core.lookup import find_id
    from core.reminders.listings import find_reminders
    from core.reminders.models import ReminderStatus
    from core.settlement.models import Intent

    wanted = chosen(status, ReminderStatus, "--status")

    async def read(session: Any) -> list[dict[str, Any]]:
        user_id = None if person is None else await find_id(session, User.id, person)
        intent_id = None if debt is None else await find_id(session, Intent.id, debt)
        found = await find_reminders(session, user_id=user_id, intent_id=intent_id, status=wanted, limit=limit)
        return [
            {
                **fields(each.reminder),
                "person": each.person.name,
                "left_minor": each.intent.left_minor,
                "currency": each.intent.currency,
                "debt_status": each.intent.status,
            }
            for each in found
        ]

    shown = ("at", "person", "stage", "status", "left_minor", "debt_status", "intent_id", "event_id")
    with opened_desk() as desk:
        show({"reminders": desk.ask(read)}, as_json=as_json, columns={"reminders": shown})
