"""`python -m admin`: every word of the command line."""

import typer

from admin.commands import (
    accounts,
    actions,
    api,
    attempts,
    bench,
    cards,
    chaos,
    check,
    db,
    dead_letters,
    demo,
    doctor,
    events,
    ledger,
    migration,
    notices,
    notifications,
    orders,
    outbox,
    people,
    queue,
    reconcile,
    refunds,
    reminders,
    reports,
    run,
    secrets,
    suspense,
    test,
    withdrawals,
)

app = typer.Typer(
    help="SyncBuy: groups that buy things together.", no_args_is_help=True, add_completion=False,
    pretty_exceptions_enable=False,
)  # fmt: skip
PASSED_THROUGH = {"allow_extra_args": True, "ignore_unknown_options": True}

app.command("run")(run.run)
app.command("demo")(demo.demo)
app.command("test", context_settings=PASSED_THROUGH)(test.test)
app.command("check")(check.check)
app.command("bench")(bench.bench)
app.command("chaos")(chaos.chaos)
app.command("migration")(migration.migration)
app.command("reconcile")(reconcile.reconcile)
app.command("doctor")(doctor.doctor)
GROUPS = (
    *(accounts, actions, api, attempts, cards, db, dead_letters, events, ledger, notices, notifications, orders),
    *(outbox, people, queue, refunds, reminders, reports, secrets, suspense, withdrawals),
)
for group in GROUPS:
    app.add_typer(group.app, name=group.__name__.rpartition(".")[2].replace("_", "-"))


def main() -> None:
    """Run one command."""
    app(prog_name="python3 manage.py")


if __name__ == "__main__":
    main()
