"""What is logged is one line of JSON, whoever says it, and repeats no secret."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from core.config import LoggingSettings
from core.logs import set_up_logs
from core.telemetry.trail import entering


@pytest.fixture(autouse=True)
def logs() -> Iterator[None]:
    """Log as JSON for the length of a test."""
    before, configured = (logging.root.handlers[:], logging.root.level), structlog.get_config()
    yield
    structlog.configure(**configured)
    logging.root.handlers[:], logging.root.level = before


def _lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


class TestLines:
    def test_of_ours_and_of_libraries_look_the_same(self, capsys: pytest.CaptureFixture[str]) -> None:
        set_up_logs(LoggingSettings(log_json=True))
        with entering("update", correlation_id="telegram-7"):
            structlog.get_logger().warning("ours", chat_id=5)
            logging.getLogger("aio_pika").warning("theirs %s", 5)

        ours, theirs = _lines(capsys.readouterr().out)

        assert ours["event"], theirs["event"] == ("ours", "theirs 5")
        assert (ours["chat_id"], theirs["logger"]) == (5, "aio_pika")
        for line in (ours, theirs):
            assert (line["level"], line["correlation_id"]) == ("warning", "telegram-7")
            assert line["timestamp"].endswith("Z")

    def test_hold_the_whole_of_an_exception(self, capsys: pytest.CaptureFixture[str]) -> None:
        set_up_logs(LoggingSettings(log_json=True))
        for log in (structlog.get_logger(), logging.getLogger("uvicorn.error")):
            log.error("broke", exc_info=ValueError("so much\nfor that"))

        for line in _lines(capsys.readouterr().out):
            assert line["exception"].endswith("ValueError: so much\nfor that")

    def test_of_libraries_below_a_warning_are_left_out(self, capsys: pytest.CaptureFixture[str]) -> None:
        set_up_logs(LoggingSettings(log_json=True, log_level="DEBUG"))
        logging.getLogger("httpx2").info("HTTP Request: POST https://api.telegram.org/bot1:secret/getMe")

        assert capsys.readouterr().out == ""

    def test_go_to_stderr_beside_a_result(self, capsys: pytest.CaptureFixture[str]) -> None:
        set_up_logs(LoggingSettings(log_json=True), beside_output=True)
        structlog.get_logger().warning("ours")
        logging.getLogger("asyncpg").warning("theirs")

        said = capsys.readouterr()
        assert (said.out, len(_lines(said.err))) == ("", 2)

    @pytest.mark.parametrize(
        ("said", "shown"),
        [
            (
                "https://api.telegram.org/bot7000000001:AAH-abcdefghijklmnopqrstuvwxyz01/getMe",
                "bot7000000001:***/getMe",
            ),
            ("key whsec_c2FuZGJveCBiYW5rIHNpZ25z refused", "key whsec_*** refused"),
            ("sk_live_51HABCDEFGH is wrong", "sk_*** is wrong"),
            ("not null\nDETAIL:  Failing row contains (5, 2200 7007 1234 5678).\nHINT: x", "DETAIL: ***\nHINT: x"),
            ("[type=uuid_parsing, input_value='2200 7007', input_type=str]\n  For", "input_value=***\n  For"),
        ],
    )
    @pytest.mark.parametrize("as_exception", [False, True])
    def test_repeat_no_secret(
        self, capsys: pytest.CaptureFixture[str], said: str, shown: str, *, as_exception: bool
    ) -> None:
        set_up_logs(LoggingSettings(log_json=True))
        structlog.get_logger().warning("failed", error=said, exc_info=OSError(said) if as_exception else None)

        [line] = _lines(capsys.readouterr().out)
        assert shown in line["error"]
        if as_exception:
            assert shown in line["exception"]
            assert said not in line["exception"]
