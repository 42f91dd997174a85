"""`people`: found, shown, exported and erased from the command line."""

import json
import stat
from pathlib import Path

from sqlalchemy import select

from core.clock import utc_now
from core.db import Database
from core.identity.models import Identity, User
from core.identity.personal_tokens import create_token
from core.identity.whose_token import whose_token
from core.secrets import Secrets
from tests.admin.manage import Manage
from tests.builders import debt, person
from tests.core.identity.signing_in import registered


class TestPeople:
    async def test_are_found_by_name_username_and_telegram_id(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            anna = await person(session, "Анна Петрова", username="anna_p")
            await person(session, "Борис")
            telegram_id = await session.scalar(select(Identity.subject).where(Identity.user_id == anna.user_id))

        for named in ("петров", "@Anna_P", telegram_id):
            found = (await manage.read("people", "list", "--named", named))["people"]
            assert [(each["id"], each["name"]) for each in found] == [(str(anna.user_id), "Анна Петрова")]
        assert len((await manage.read("people", "list"))["people"]) == 2

    async def test_are_shown_with_what_is_open(self, manage: Manage, db: Database) -> None:
        async with db.transaction() as session:
            debtor, _, _ = await debt(session)

        shown = await manage.read("people", "show", debtor.user_id)

        assert (shown["person"]["name"], shown["open_matters"]["debts"]) == ("Борис", 1)

    async def test_are_shown_with_how_and_where_they_sign_in_and_are_signed_out(
        self, manage: Manage, db: Database, secrets: Secrets
    ) -> None:
        async with db.transaction() as session:
            await person(session, "Борис", username="boris_b")
        anna = await registered(db, secrets, "anna", client="Firefox", at=utc_now())
        caller = await whose_token(db, token=anna.access_token, secrets=secrets, now=utc_now())
        assert caller is not None
        async with db.transaction() as session:
            await create_token(session, actor=caller.actor, name="backup", expires_at=None, now=utc_now())

        listed = (await manage.read("people", "list"))["people"]
        [found] = (await manage.read("people", "list", "--named", "ANNA"))["people"]
        shown = await manage.read("people", "show", anna.user.id)

        assert [(each["ways_in"], each["login_name"]) for each in listed] == [("password", "anna"), ("telegram", None)]
        assert found["id"] == str(anna.user.id)
        assert (shown["password"]["name"], shown["identity"]) == ("anna", None)
        assert [each["client"] for each in shown["sessions"]] == ["Firefox"]
        assert [each["name"] for each in shown["tokens"]] == ["backup"]
        assert "hash" not in str(shown)
        assert "Nothing was changed" in await manage.refused("people", "sign-out", anna.user.id, said="n\n")
        await manage.done("people", "sign-out", anna.user.id, "--yes", "--operator", "ops")
        assert await whose_token(db, token=anna.access_token, secrets=secrets, now=utc_now()) is None
        assert (await manage.read("people", "show", anna.user.id))["tokens"] == []
        [done] = (await manage.read("actions", "list"))["actions"]
        assert (done["action"], done["operator"], done["subject"]) == ("people sign-out", "ops", str(anna.user.id))

    async def test_are_exported_to_a_file_of_the_owner_alone(
        self, manage: Manage, db: Database, tmp_path: Path
    ) -> None:
        async with db.transaction() as session:
            anna = await person(session, "Анна")

        await manage.done("people", "export", anna.user_id, "--output", tmp_path / "anna.json")

        assert json.loads((tmp_path / "anna.json").read_bytes())["person"][0]["name"] == "Анна"
        assert stat.S_IMODE((tmp_path / "anna.json").stat().st_mode) == 0o600
        await manage.refused("people", "export", anna.user_id, "--output", tmp_path / "anna.json")
        printed = (await manage.done("people", "export", anna.user_id)).stdout
        assert json.loads(printed)["person_id"] == str(anna.user_id)

    async def test_are_erased_once_the_operator_means_it_and_nothing_is_open(
        self, manage: Manage, db: Database
    ) -> None:
        async with db.transaction() as session:
            anna, (debtor, _, _) = await person(session, "Анна"), await debt(session)

        assert "Nothing was changed" in await manage.refused("people", "erase", anna.user_id, said="n\n")
        assert "1 open debt" in await manage.refused("people", "erase", debtor.user_id, "--yes")
        await manage.done("people", "erase", anna.user_id, "--yes", "--operator", "ops")
        await manage.done("people", "erase", anna.user_id, "--yes", "--operator", "ops")

        [shown] = (await manage.read("people", "list", "--limit", "1000"))["people"][-1:]
        assert (shown["name"], shown["username"]) == ("Deleted person", None)
        async with db.transaction() as session:
            assert (await session.get_one(User, anna.user_id)).erased_at is not None
            assert (await session.get_one(User, debtor.user_id)).erased_at is None
        done = (await manage.read("actions", "list"))["actions"]
        assert [(each["action"], each["operator"]) for each in done] == [("people erase", "ops")] * 2
