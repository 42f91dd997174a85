"""What Telegram signs of a person is believed for an hour, and nothing else ever."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.identity.telegram_proof import AGE_MAX, CLOCK_SKEW, ProofRefused, read_init_data, read_login_widget
from tests.builders import NOW
from tests.core.identity.proofs import BOT_TOKEN, init_data, init_data_of, signature, widget

SECOND = timedelta(seconds=1)
WIDGET_KEY = hashlib.sha256(BOT_TOKEN.encode()).digest()
USER = json.dumps({"id": 42, "first_name": "Anna"})
AUTH_DATE = str(int(NOW.timestamp()))
# (bot token, init data, Telegram id): published by Telegram Mini Apps' init-data-golang, and by aiogram.
VECTORS = [
    (
        "5768337691:AAH5YkoiEuPk8-FZa32hStHTqXiLPtAEhx8",
        (
            "query_id=AAHdF6IQAAAAAN0XohDhrOrc&user=%7B%22id%22%3A279058397%2C%22first_name%22%3A%22Vladislav%22%2C"
            "%22last_name%22%3A%22Kibenko%22%2C%22username%22%3A%22vdkfrost%22%2C%22language_code%22%3A%22ru%22%2C"
            "%22is_premium%22%3Atrue%7D&auth_date=1662771648"
            "&hash=c501b71e775f74ce10e377dea85a7ea24ecd640b223ea86dfe453e0eaed2e2b2"
        ),
        279058397,
    ),
    (
        "42:TEST",
        (
            "auth_date=1650385342&user=%7B%22id%22%3A42%2C%22first_name%22%3A%22Test%22%7D&query_id=test"
            "&hash=46d2ea5e32911ec8d30999b56247654460c0d20949b6277af519e76271182803"
        ),
        42,
    ),
]
WIDGET_VECTOR: dict[str, Any] = {
    "id": 42,
    "first_name": "John",
    "last_name": "Smith",
    "username": "username",
    "photo_url": "https://t.me/i/userpic/320/picname.jpg",
    "auth_date": 1565810688,
    "hash": "c303db2b5a06fe41d23a9b14f7c545cfc11dcc7473c07c9c5034ae60062461ce",
}
WIDGET_TOKEN = "123456:ABC-DEF1234ghIkl-zyx57W2v1u123ew11"


def refused_init_data(written: str, *, now: datetime = NOW) -> bool:
    with pytest.raises(ProofRefused):
        read_init_data(written, bot_token=BOT_TOKEN, now=now)
    return True


def refused_widget(fields: dict[str, Any], *, now: datetime = NOW) -> bool:
    with pytest.raises(ProofRefused):
        read_login_widget(fields, bot_token=BOT_TOKEN, now=now)
    return True


class TestInitData:
    @pytest.mark.parametrize(("token", "written", "telegram_id"), VECTORS)
    def test_of_the_published_vectors_is_genuine(self, token: str, written: str, telegram_id: int) -> None:
        signed_at = datetime.fromtimestamp(int(written.partition("auth_date=")[2].partition("&")[0]), UTC)

        assert read_init_data(written, bot_token=token, now=signed_at).person.telegram_id == telegram_id

    def test_says_who_it_is(self) -> None:
        person = read_init_data(init_data(last_name="Каренина", username="anna_k"), bot_token=BOT_TOKEN, now=NOW).person

        assert (person.first_name, person.last_name, person.username) == ("Анна", "Каренина", "anna_k")
        assert person.language_code == "ru"

    def test_counts_for_an_hour_and_not_from_the_future(self) -> None:
        for age in (timedelta(0), AGE_MAX, -CLOCK_SKEW):
            read_init_data(init_data(), bot_token=BOT_TOKEN, now=NOW + age)
        for age in (AGE_MAX + SECOND, -CLOCK_SKEW - SECOND):
            assert refused_init_data(init_data(), now=NOW + age)

    def test_of_another_bot_is_refused(self) -> None:
        assert refused_init_data(init_data(bot_token="43:TEST"))

    def test_of_the_login_widget_is_refused(self) -> None:
        fields = {"auth_date": AUTH_DATE, "user": USER}

        assert refused_init_data(init_data_of(fields).rpartition("=")[0] + "=" + signature(fields, key=WIDGET_KEY))

    def test_is_known_again_however_its_fields_are_ordered(self) -> None:
        written = init_data()
        turned = "&".join(reversed(written.split("&")))

        first, second = (read_init_data(each, bot_token=BOT_TOKEN, now=NOW) for each in (written, turned))

        assert turned != written
        assert first.fingerprint == second.fingerprint

    @pytest.mark.parametrize(
        "spoilt",
        [
            "",
            "hash=",
            init_data() + "&user=%7B%22id%22%3A1%7D",
            "user=%7B%22id%22%3A1%2C%22first_name%22%3A%22Eve%22%7D&" + init_data(),
            init_data() + "&x=1",
            init_data().replace("42", "43"),
            init_data().rpartition("&hash=")[0],
            init_data().upper(),
            init_data() + "%ff",
            init_data() + "\n",
            "x" * 10_000,
            "&".join(f"k{number}=v" for number in range(100)),
        ],
    )
    def test_that_was_touched_is_refused(self, spoilt: str) -> None:
        assert refused_init_data(spoilt)

    @pytest.mark.parametrize(
        "fields",
        [
            {"auth_date": AUTH_DATE},
            {"user": USER},
            {"auth_date": AUTH_DATE, "user": "[]"},
            {"auth_date": AUTH_DATE, "user": "[" * 4000},
            {"auth_date": AUTH_DATE, "user": '{"id": 42}'},
            {"auth_date": AUTH_DATE, "user": '{"id": -1, "first_name": "x"}'},
            {"auth_date": AUTH_DATE, "user": '{"id": 42, "first_name": "x", "is_bot": true}'},
            {"auth_date": AUTH_DATE, "user": '{"id": 42, "first_name": "\\ud800"}'},
            {"auth_date": "tomorrow", "user": USER},
            {"auth_date": "9" * 400, "user": USER},
            {"auth_date": "٣", "user": USER},
            {"auth_date": AUTH_DATE, "user": USER, "x": "a\nb=c"},
        ],
    )
    def test_that_is_signed_but_says_nothing_is_refused(self, fields: dict[str, str]) -> None:
        assert refused_init_data(init_data_of(fields))


class TestTheLoginWidget:
    def test_of_the_published_vector_is_genuine(self) -> None:
        proof = read_login_widget(WIDGET_VECTOR, bot_token=WIDGET_TOKEN, now=datetime.fromtimestamp(1565810688, UTC))

        assert (proof.person.telegram_id, proof.person.last_name, proof.person.username) == (42, "Smith", "username")

    def test_counts_for_an_hour_and_not_from_the_future(self) -> None:
        read_login_widget(widget(), bot_token=BOT_TOKEN, now=NOW + AGE_MAX)
        for age in (AGE_MAX + SECOND, -CLOCK_SKEW - SECOND):
            assert refused_widget(widget(), now=NOW + age)

    @pytest.mark.parametrize(
        "change", [{"id": 43}, {"first_name": "Eve"}, {"username": "eve"}, {"hash": "0" * 64}, {"hash": "é" * 64}]
    )
    def test_that_was_touched_is_refused(self, change: dict[str, Any]) -> None:
        assert refused_widget({**widget(), **change})

    def test_cannot_be_cut_into_other_fields(self) -> None:
        genuine = widget(first_name="x\nid=43", last_name="y")
        assert genuine["id"] == 42  # a person who could put a line break into their name, were it believed
        forged = {"auth_date": genuine["auth_date"], "first_name": "x", "id": f"43\nid={genuine['id']}"}

        assert refused_widget(genuine)
        assert refused_widget({**forged, "last_name": "y", "hash": genuine["hash"]})

    def test_that_holds_what_cannot_be_written_is_refused(self) -> None:
        fields = {"auth_date": AUTH_DATE, "id": "42", "first_name": "\ud800"}

        assert refused_widget({**fields, "hash": signature(fields, key=WIDGET_KEY)})


TEXTS = st.text(max_size=60)
GENUINE, GENUINE_WIDGET = init_data(), widget()


class TestAVerifier:
    @settings(max_examples=250)
    @given(st.one_of(TEXTS, st.text("abc&=%+;0123456789\n", max_size=200)))
    def test_of_init_data_raises_nothing_but_its_refusal(self, written: str) -> None:
        assert refused_init_data(written)
        assert refused_init_data(f"{GENUINE}&{written}=1")

    @settings(max_examples=150)
    @given(st.dictionaries(TEXTS, st.one_of(TEXTS, st.integers()), max_size=6))
    def test_of_the_widget_raises_nothing_but_its_refusal(self, fields: dict[str, Any]) -> None:
        assert refused_widget(fields)
        assert refused_widget({**GENUINE_WIDGET, "": "", **fields})

    @settings(max_examples=150)
    @given(TEXTS, TEXTS)
    def test_raises_nothing_but_its_refusal_of_what_is_signed(self, user: str, auth_date: str) -> None:
        fields = {"auth_date": auth_date, "user": user}
        key = signature(fields, key=WIDGET_KEY)

        assert refused_widget({**fields, "id": "x", "hash": key})
        assert refused_init_data(init_data_of(fields))
