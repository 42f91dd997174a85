"""Names that look the same are the same, and a password is what was typed."""

import time
from collections.abc import Callable

import pytest
from argon2 import PasswordHasher

from core.identity.passwords import (
    HASHER,
    WrongLoginName,
    WrongPasswordLength,
    check_login_name,
    check_password,
    hash_password,
    is_outdated,
    is_password,
    name_key,
)

# Marks that have to change places, which takes Unicode's algorithm a number of steps that grows with their square.
SLOW_TO_NORMALISE = "a" + "\u0315" * 16_000 + "\u0300" * 16_000

INVISIBLE = list("\u00ad\u034f\u200b\u200d\u2060\u2800\u3164\ufe0f\ufeff\uffa0\U000e0041")


class TestANameToSignInBy:
    @pytest.mark.parametrize(
        ("one", "other"),
        [("Anna", "aNNA"), ("Анна", "анна"), ("anna", "ａｎｎａ"), ("ſtraße", "STRASSE"), ("é" * 3, "e\u0301" * 3),
         ("anna", "an\u200fna"), ("anna k", " anna  k "),
         *(("anna", f"an{mark}na") for mark in INVISIBLE)],
    )  # fmt: skip
    def test_is_another_only_if_people_see_that(self, one: str, other: str) -> None:
        assert name_key(one) == name_key(other)

    def test_is_kept_as_it_was_written(self) -> None:
        assert check_login_name("  Анна\u202e К ") == "Анна К"

    @pytest.mark.parametrize(
        "name",
        ["", "ab", "  a  b"[:4], "x" * 51, "\u200f" * 10, "@boris", "＠boris", "\ud800ab", "\u200d\u2060@boris",
         "a\u200db", *(mark * 3 for mark in INVISIBLE)],
    )  # fmt: skip
    def test_is_neither_short_nor_long_nor_a_username(self, name: str) -> None:
        with pytest.raises(WrongLoginName):
            check_login_name(name)

    @pytest.mark.parametrize("read", [check_login_name, name_key])
    def test_is_not_normalised_if_that_takes_seconds(self, read: Callable[[str], str]) -> None:
        began = time.process_time()

        with pytest.raises(WrongLoginName):
            read(SLOW_TO_NORMALISE)

        assert time.process_time() - began < 0.1


class TestAPassword:
    @pytest.mark.parametrize("length", [8, 200])
    def test_has_eight_characters_at_the_least(self, length: int) -> None:
        check_password("ы" * length)

    @pytest.mark.parametrize("length", [0, 7, 201])
    def test_is_neither_short_nor_endless(self, length: int) -> None:
        with pytest.raises(WrongPasswordLength):
            check_password("ы" * length)

    async def test_fits_its_hash_and_no_other_does(self) -> None:
        hashed = await hash_password("correct horse")

        assert hashed.startswith(b"$argon2id$")
        assert await is_password("correct horse", hashed)
        assert not await is_password("correct horsE", hashed)
        assert not await is_password("", hashed)

    async def test_is_the_same_on_a_keyboard_that_composes_letters_otherwise(self) -> None:
        assert await is_password("cafe\u0301 au lait", await hash_password("café au lait"))

    async def test_of_nobody_is_compared_all_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        compared: list[bytes] = []

        def verify(_self: PasswordHasher, hashed: bytes, _password: bytes) -> bool:
            compared.append(hashed)
            return True

        monkeypatch.setattr(PasswordHasher, "verify", verify)

        assert not await is_password("correct horse", None)
        assert not is_outdated(compared[0])  # it takes as long as somebody's

    def test_was_hashed_as_today(self) -> None:
        weaker = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("correct horse").encode()

        assert is_outdated(weaker)
        assert not is_outdated(HASHER.hash("correct horse").encode())
