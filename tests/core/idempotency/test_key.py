"""Keys of idempotency: how they are written, and whose they are."""

import pytest

from core.idempotency.key import NoIdempotencyKey, TwoIdempotencyKeys, WrongIdempotencyKey, read_key, scope_of

KEY = "0b6f2a58-3c1d-4e7f_A9"


class TestAKey:
    @pytest.mark.parametrize(
        ("ours", "alias"),
        [(KEY, None), (None, KEY), (None, f'"{KEY}"'), (KEY, f'"{KEY}"'), (f" {KEY} ", KEY)],
    )
    def test_is_read_from_either_header(self, ours: str | None, alias: str | None) -> None:
        assert read_key(idempotence_key=ours, idempotency_key=alias) == KEY

    @pytest.mark.parametrize("length", [16, 64])
    def test_may_be_as_short_and_as_long_as_this(self, length: int) -> None:
        assert len(read_key(idempotence_key="k" * length, idempotency_key=None)) == length

    @pytest.mark.parametrize(
        "written", ["", "k" * 15, "k" * 65, "k" * 15 + " k", "ключ" * 8, "k" * 16 + "\nk", '"' * 18]
    )
    def test_is_refused_if_it_is_none(self, written: str) -> None:
        with pytest.raises(WrongIdempotencyKey):
            read_key(idempotence_key=written, idempotency_key=None)

    def test_is_needed(self) -> None:
        with pytest.raises(NoIdempotencyKey):
            read_key(idempotence_key=None, idempotency_key=None)

    def test_is_refused_if_both_headers_are_there_and_differ(self) -> None:
        with pytest.raises(TwoIdempotencyKeys):
            read_key(idempotence_key=KEY, idempotency_key=KEY.upper())


class TestAScope:
    def test_is_the_person_the_method_and_the_route(self) -> None:
        scopes = {
            scope_of(principal=principal, method=method, route=route)
            for principal in ("user:1", "user:2")
            for method in ("POST", "PUT")
            for route in ("/orders", "/orders/{id}")
        }

        assert len(scopes) == 8
        assert scope_of(principal="user:1", method="post", route="/orders") in scopes
