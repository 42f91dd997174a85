"""An access token is believed for a quarter of an hour if we signed it, and nothing in it chooses how."""

import base64
import contextlib
import json
from datetime import datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.identity.tokens import (
    CLOCK_SKEW,
    LIVES,
    NAME,
    Access,
    TokenRefused,
    issue_access_token,
    read_access_token,
)
from core.ids import SessionId, UserId, new_id
from core.secrets import Secret, Secrets
from tests.builders import NOW

SECOND = timedelta(seconds=1)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
USER, SESSION = UserId(new_id()), SessionId(new_id())


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Secrets:
    """Return the keys of an installation, for many examples."""
    return Secrets(tmp_path_factory.mktemp("keys") / "secrets.json")


def issued(secrets: Secrets, *, now: datetime = NOW) -> str:
    return issue_access_token(user_id=USER, session_id=SESSION, secrets=secrets, now=now)


def refused(token: str, secrets: Secrets, *, now: datetime = NOW) -> bool:
    with pytest.raises(TokenRefused):
        read_access_token(token, secrets=secrets, now=now)
    return True


def claims(**changed: Any) -> dict[str, Any]:
    stamp = int(NOW.timestamp())
    whole = {
        "iss": "syncbuy",
        "aud": "syncbuy-api",
        "sub": str(USER),
        "sid": str(SESSION),
        "iat": stamp,
        "nbf": stamp,
        "exp": stamp + 900,
    }
    return {name: value for name, value in {**whole, **changed}.items() if value is not None}


def forged(key: Secret, *, algorithm: str = "HS256", typ: str | None = "at+jwt", **changed: Any) -> str:
    """Return a token that we would have signed, but for what is changed."""
    return jwt.encode(claims(**changed), key.value, algorithm=algorithm, headers={"kid": key.kid, "typ": typ})


def signed(secrets: Secrets, payload: bytes) -> str:
    """Return what would be a token if its claims were any."""
    key = secrets.newest(NAME, NOW)
    return jwt.PyJWS().encode(payload, key.value, "HS256", {"kid": key.kid, "typ": "at+jwt"})


class TestAnAccessToken:
    def test_says_whose_it_is_and_until_when(self, secrets: Secrets) -> None:
        assert read_access_token(issued(secrets), secrets=secrets, now=NOW) == Access(USER, SESSION, NOW + LIVES)

    def test_counts_for_a_quarter_of_an_hour(self, secrets: Secrets) -> None:
        token = issued(secrets)

        for now in (NOW - CLOCK_SKEW, NOW + LIVES - SECOND):
            read_access_token(token, secrets=secrets, now=now)
        for now in (NOW - CLOCK_SKEW - SECOND, NOW + LIVES):
            assert refused(token, secrets, now=now)

    def test_that_is_ours_in_all_is_what_the_next_tests_spoil(self, secrets: Secrets) -> None:
        read_access_token(forged(secrets.newest(NAME, NOW)), secrets=secrets, now=NOW)

    @pytest.mark.parametrize(
        "changed",
        [
            *({name: None} for name in ("iss", "aud", "sub", "sid", "iat", "nbf", "exp")),
            {"iss": "somebody"},
            {"aud": "another-api"},
            {"aud": ["syncbuy-api", "another-api"]},
            {"sub": "42"},
            {"sid": 42},
            {"exp": True},
            {"exp": str(int(NOW.timestamp()) + 900)},
            {"exp": 10**30},
            {"iat": 10**30},
            {"typ": "JWT"},
            {"typ": None},
        ],
    )
    def test_that_says_something_else_is_refused(self, secrets: Secrets, changed: dict[str, Any]) -> None:
        assert refused(forged(secrets.newest(NAME, NOW), **changed), secrets)

    def test_of_another_algorithm_is_refused(self, secrets: Secrets) -> None:
        ours = secrets.rotate(NAME, "k" * 64, overlap=LIVES, now=NOW)

        assert refused(forged(ours, algorithm="HS512"), secrets)

    def test_is_signed_by_a_key_of_ours_and_by_no_other(self, secrets: Secrets) -> None:
        ours = secrets.newest(NAME, NOW)
        theirs = "x" * 43

        assert refused(forged(Secret(ours.kid, theirs)), secrets)
        assert refused(forged(Secret("another", ours.value)), secrets)
        assert refused(jwt.encode(claims(), ours.value, headers={"typ": "at+jwt"}), secrets)

    def test_without_a_signature_is_refused(self, secrets: Secrets) -> None:
        ours = secrets.newest(NAME, NOW)
        head, body, signature = forged(ours).split(".")
        none = json.dumps({"alg": "none", "typ": "at+jwt", "kid": ours.kid}).encode()
        unsigned = base64.urlsafe_b64encode(none).rstrip(b"=").decode()

        assert refused(f"{unsigned}.{body}.", secrets)
        assert refused(f"{unsigned}.{body}.{signature}", secrets)
        assert refused(f"{head}.{body}.", secrets)
        assert refused(f"{head}.{body}", secrets)

    def test_of_another_purpose_of_the_same_file_of_keys_is_refused(self, secrets: Secrets) -> None:
        secrets.newest(NAME, NOW)

        assert refused(forged(secrets.newest("buttons", NOW)), secrets)

    def test_is_worth_nothing_once_a_letter_is_changed(self, secrets: Secrets) -> None:
        token = issued(secrets)

        for place in range(0, len(token) - 1, 7):
            letter = "A" if token[place] != "A" else "B"
            assert refused(token[:place] + letter + token[place + 1 :], secrets)

    @settings(max_examples=300)
    @given(written=st.one_of(st.text(max_size=100), st.text("eyJhbGciOiJI.-_=", max_size=300)))
    def test_of_any_text_is_refused_and_nothing_else_is_raised(self, keys: Secrets, written: str) -> None:
        head, body, signature = forged(keys.newest(NAME, NOW)).split(".")

        for token in (written, f"{head}.{written}.{signature}", f"{head}.{body}.{written}"):
            assert refused(token, keys)

    @settings(max_examples=150)
    @given(payload=st.one_of(st.binary(max_size=100), JSON.map(lambda said: json.dumps(said).encode())))
    def test_of_any_claims_that_we_would_have_signed_is_refused(self, keys: Secrets, payload: bytes) -> None:
        assert refused(signed(keys, payload), keys)

    @settings(max_examples=150)
    @given(name=st.sampled_from(sorted(claims())), value=JSON)
    def test_one_of_whose_claims_is_anything_raises_nothing_else(self, keys: Secrets, name: str, value: Any) -> None:
        with contextlib.suppress(TokenRefused):
            token = signed(keys, json.dumps({**claims(), name: value}).encode())
            said = read_access_token(token, secrets=keys, now=NOW)
            assert (said.user_id, said.session_id) == (USER, SESSION)

    @settings(max_examples=150)
    @given(header=st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64", "jwk", "x"]), JSON))
    def test_of_any_header_is_refused_and_nothing_else_is_raised(self, keys: Secrets, header: dict[str, Any]) -> None:
        key = keys.newest(NAME, NOW)
        _, body, signature = forged(key).split(".")
        said = {"alg": "HS256", "typ": "at+jwt", "kid": key.kid, **header}
        head = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()

        assert refused(f"{head}.{body}.{signature}", keys)


class TestTheKeyOfTokens:
    def test_follows_another_while_tokens_of_both_count(self, secrets: Secrets) -> None:
        old = issued(secrets)

        secrets.rotate(NAME, None, overlap=LIVES, now=NOW)
        new = issued(secrets)

        kids = [jwt.get_unverified_header(token)["kid"] for token in (old, new)]
        assert len(set(kids)) == 2
        for token in (old, new):
            assert read_access_token(token, secrets=secrets, now=NOW).user_id == USER

    def test_is_forgotten_at_once_where_it_was_stolen(self, secrets: Secrets) -> None:
        old = issued(secrets)

        secrets.rotate(NAME, None, overlap=timedelta(0), now=NOW)

        assert refused(old, secrets)
        read_access_token(issued(secrets), secrets=secrets, now=NOW)
