"""Secrets: several count while one follows another, and no value leaves by the way."""

import json
import os
import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from core.secrets import Secrets, SecretsUnreadable

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ROOT = Path(__file__).parents[2]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "secrets.json"


def _values(secrets: Secrets, name: str, now: datetime) -> list[str]:
    return [secret.value for secret in secrets.active(name, now)]


class TestActiveSecrets:
    def test_are_none_where_nobody_gave_any(self, path: Path) -> None:
        assert Secrets(path).active("bank", NOW) == ()

    def test_are_the_given_one(self, path: Path) -> None:
        (secret,) = Secrets(path, given={"bank": SecretStr("given")}).active("bank", NOW)

        assert (secret.kid, secret.value) == ("env", "given")

    def test_are_never_an_empty_one(self, path: Path) -> None:
        assert Secrets(path, given={"bank": SecretStr("")}).active("bank", NOW) == ()

    def test_come_with_the_newest_first_and_the_given_one_last(self, path: Path) -> None:
        secrets = Secrets(path, given={"bank": SecretStr("given")})
        secrets.rotate("bank", "first", overlap=DAY, now=NOW)
        secrets.rotate("bank", "second", overlap=DAY, now=NOW + DAY / 2)

        assert _values(secrets, "bank", NOW + DAY / 2) == ["second", "first", "given"]

    def test_are_those_of_their_own_name(self, path: Path) -> None:
        secrets = Secrets(path)
        secrets.rotate("bank", "of the bank", overlap=DAY, now=NOW)

        assert _values(secrets, "other", NOW) == []


class TestRotation:
    def test_lets_the_old_one_count_until_the_overlap_is_over(self, path: Path) -> None:
        secrets = Secrets(path)
        secrets.rotate("bank", "old", overlap=DAY, now=NOW)
        secrets.rotate("bank", "new", overlap=DAY, now=NOW)

        assert _values(secrets, "bank", NOW + DAY - timedelta(seconds=1)) == ["new", "old"]
        assert _values(secrets, "bank", NOW + DAY) == ["new"]

    def test_never_makes_an_old_one_count_longer(self, path: Path) -> None:
        secrets = Secrets(path)
        for value in ("oldest", "old"):
            secrets.rotate("bank", value, overlap=DAY, now=NOW)
        secrets.rotate("bank", "new", overlap=3 * DAY, now=NOW)

        assert _values(secrets, "bank", NOW + 2 * DAY) == ["new", "old"]

    def test_makes_a_random_one_where_none_is_given(self, path: Path) -> None:
        secrets = Secrets(path)
        made = [secrets.rotate("bank", None, overlap=DAY, now=NOW) for _ in range(3)]

        assert len({one.value for one in made}) == len({one.kid for one in made}) == 3

    def test_refuses_an_empty_one(self, path: Path) -> None:
        with pytest.raises(ValueError, match="empty"):
            Secrets(path).rotate("bank", "", overlap=DAY, now=NOW)

    def test_forgets_what_no_longer_counts(self, path: Path) -> None:
        secrets = Secrets(path)
        secrets.rotate("bank", "value-old", overlap=DAY, now=NOW)
        secrets.rotate("bank", "value-new", overlap=DAY, now=NOW)
        secrets.rotate("other", "value-other", overlap=DAY, now=NOW + 2 * DAY)

        assert "value-old" not in path.read_text()
        assert "value-new" in path.read_text()

    def test_is_seen_by_who_has_read_the_file_before(self, path: Path) -> None:
        one, other = Secrets(path), Secrets(path)
        one.rotate("bank", "aaaa", overlap=DAY, now=NOW)
        assert _values(other, "bank", NOW) == ["aaaa"]

        one.rotate("bank", "bbbb", overlap=timedelta(0), now=NOW)

        assert _values(other, "bank", NOW) == ["bbbb"]


class TestOurOwnKey:
    def test_is_made_on_first_need_and_stays(self, path: Path) -> None:
        made = Secrets(path).newest("mac", NOW)

        assert Secrets(path).newest("mac", NOW + 365 * DAY) == made
        assert len(made.value.encode()) >= 32

    def test_is_the_given_one_where_there_is_one(self, path: Path) -> None:
        assert Secrets(path, given={"mac": SecretStr("given")}).newest("mac", NOW).value == "given"
        assert not path.exists()

    def test_is_made_the_way_that_is_asked_for(self, path: Path) -> None:
        assert Secrets(path).newest("mac", NOW, make=lambda: "made").value == "made"

    def test_is_one_for_all_processes_that_need_it_at_once(self, path: Path) -> None:
        program = (
            "import sys; from datetime import UTC, datetime; from pathlib import Path;"
            "from core.secrets import Secrets;"
            "print('ready', flush=True); sys.stdin.read();"
            "print(Secrets(Path(sys.argv[1])).newest('mac', datetime(2026, 3, 1, tzinfo=UTC)).value)"
        )
        started = [
            subprocess.Popen(
                [sys.executable, "-c", program, str(path)],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.close()
        printed = set()
        for process in started:
            assert process.stdout is not None
            printed.add(process.stdout.read())
            process.stdout.close()
            assert process.wait() == 0

        assert len(printed) == 1


class TestTheFile:
    def test_is_for_its_owner_alone(self, path: Path) -> None:
        before = os.umask(0)
        try:
            Secrets(path).newest("mac", NOW)
        finally:
            os.umask(before)

        assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}

    def test_survives_a_writer_who_died_halfway(self, path: Path) -> None:
        secrets = Secrets(path)
        made = secrets.newest("mac", NOW)
        path.with_name("secrets.json.new").write_text("{half")

        secrets.rotate("bank", "value", overlap=DAY, now=NOW)

        assert Secrets(path).newest("mac", NOW) == made

    @pytest.mark.parametrize(
        "damaged",
        ["{half do-not-show", "[1]", '{"mac": 1}', '{"mac": [{"kid": "a"}]}', '{"mac": [{"value": "do-not-show"}]}',
         '{"mac": [{"kid": "", "value": "do-not-show", "since": "2026-01-01T00:00:00+00:00", "not_after": null}]}'],
    )  # fmt: skip
    def test_is_refused_if_damaged_and_not_shown(self, path: Path, damaged: str) -> None:
        path.parent.mkdir()
        path.write_text(damaged)

        with pytest.raises(SecretsUnreadable) as refused:
            Secrets(path).newest("mac", NOW)

        assert "do-not-show" not in str(refused.value)
        assert refused.value.__suppress_context__
        assert path.read_text() == damaged

    def test_holds_times_with_their_zone(self, path: Path) -> None:
        Secrets(path).rotate("bank", "value", overlap=DAY, now=NOW)

        ((one,),) = json.loads(path.read_text()).values()
        assert one["since"] == "2026-03-01T12:00:00+00:00"


class TestValues:
    def test_are_in_nothing_that_is_printed(self, path: Path) -> None:
        secrets = Secrets(path, given={"bank": SecretStr("do-not-show")})
        secrets.rotate("bank", "do-not-show-either", overlap=DAY, now=NOW)

        shown = f"{secrets!r} {secrets.active('bank', NOW)} {secrets.known(NOW)} {secrets.__dict__}"

        assert "do-not-show" not in shown

    def test_are_left_out_of_what_is_known(self, path: Path) -> None:
        secrets = Secrets(path, given={"other": SecretStr("a"), "bank": SecretStr("b")})
        old = secrets.rotate("bank", "old", overlap=DAY, now=NOW)
        new = secrets.rotate("bank", "new", overlap=DAY, now=NOW)

        known = [(one.name, one.kid, one.since, one.not_after) for one in secrets.known(NOW)]

        assert known == [
            ("bank", new.kid, NOW, None),
            ("bank", old.kid, NOW, NOW + DAY),
            ("bank", "env", None, None),
            ("other", "env", None, None),
        ]
