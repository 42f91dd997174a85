"""`notifications`: what people were told, and what did not reach them."""

from typing import Annotated, Any

import typer

from admin.operating import LIMIT, AsJson, Limit, Operator, Yes, chosen, confirm, opened_desk

app = typer.Typer(help="Look into deliveries, and let them be tried again.", no_args_is_help=True)
Notification = Annotated[str, typer.Argument(help="Its id, or at least the first eight characters.")]
COLUMNS = ("id", "created_at", "kind", "to", "status", "reason", "attempts", "not_before")


@app.command("list")
def list_(
    *,
    status: Annotated[str | None, typer.Option(help="queued, sending, delivered or failed.")] = None,
    kind: Annotated[str | None, typer.Option(help="Those of one kind, such as debts-created.")] = None,
    limit: Limit = LIMIT,
    as_json: AsJson = False,
) -> None:
    """List notifications with whom they are for, the newest first."""
    from admin.showing import fields, show
    from core.identity.people import called
    from core.notifications.listings import find_notifications
    from core.notifications.models import Delivery

    wanted = chosen(status, Delivery, "--status")

    async def read(session: Any) -> list[dict[str, Any]]:
        found = await find_notifications(session, status=wanted, kind=kind, limit=limit)
        return [
            {**fields(row), "to": called(user, "en") if user is not None else chat and chat.title}
            for row, user, chat in found
        ]

    with opened_desk() as desk:
        show({"notifications": desk.ask(read)}, as_json=as_json, columns={"notifications": COLUMNS})


@app.command("show")
def show_notification(notification: Notification, *, as_json: AsJson = False) -> None:
    """Show a notification with all that is known of its delivery."""
    from admin.showing import fields, show
    from core.lookup import find_id
    from core.notifications.models import Notification as Told

    async def read(session: Any) -> dict[str, Any]:
        return fields(await session.get_one(Told, await find_id(session, Told.id, notification)))

    with opened_desk() as desk:
        show({"notification": desk.ask(read)}, as_json=as_json)


@app.command("retry")
def retry(notification: Notification, *, operator: Operator, yes: Yes = False, as_json: AsJson = False) -> None:
    """Let a notification that did not arrive be sent now."""
    from admin.showing import fields, show
    from core.clock import utc_now
    from core.lookup import find_id
    from core.notifications.listings import retry_notification
    from core.notifications.models import Notification as Told

    async def read(session: Any) -> Told:
        found: Told = await session.get_one(Told, await find_id(session, Told.id, notification))
        return found

    with opened_desk() as desk:
        told = desk.ask(read)
        confirm(f"{told.kind} {told.id} ({told.status}, {told.reason or 'no reason'}) is to be sent. Go on?", yes=yes)

        async def send(session: Any) -> Told:
            return await retry_notification(session, notification_id=told.id, now=utc_now())

        tried = desk.act(send, operator=operator, action="notifications retry", subject=told.id)
        show({"notification": fields(tried)}, as_json=as_json)
