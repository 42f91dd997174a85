"""What a button says: packed into 64 bytes, and read back from bytes that anybody may have sent."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from core.notifications.message import Callback, Message, NotACallback, tap

ACTIONS = st.from_regex(r"[a-z_]{1,15}", fullmatch=True)


class TestCallback:
    @given(ACTIONS, st.lists(st.uuids(), max_size=2).map(tuple), st.none() | st.integers(0, 99))
    def test_survives_packing(self, action: str, ids: tuple[UUID, ...], version: int | None) -> None:
        callback = Callback(action, ids, version)

        data = callback.pack()

        assert len(data.encode()) <= 64
        assert Callback.unpack(data) == callback

    @given(st.text(max_size=64))
    def test_takes_nonsense_for_nonsense(self, data: str) -> None:
        try:
            read = Callback.unpack(data)
        except NotACallback:
            return
        assert Callback.unpack(read.pack()) == read


class TestMessage:
    def test_writes_its_buttons_as_the_bot_api_does(self) -> None:
        message = Message("<b>Hi</b>", ((tap("Join", "join", UUID(int=1), version=3, style="success"),),))

        assert message.keyboard() == {
            "inline_keyboard": [
                [{"text": "Join", "callback_data": f"join:{'0' * 21}1:3", "style": "success"}],
            ]
        }
        assert Message("no buttons").keyboard() is None
