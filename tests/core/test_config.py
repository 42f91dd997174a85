"""Settings: complete in the example, and refused in one clear line where they make no sense."""

import re
from pathlib import Path

import pytest

from core import config
from core.config import CLASSES, WrongSettings, check_settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"


@pytest.fixture(autouse=True)
def _asked_anew() -> None:
    check_settings.cache_clear()


class TestTheExample:
    def test_names_every_setting_with_its_default(self) -> None:
        named = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE))
        known = {name.upper(): field.default for settings in CLASSES for name, field in settings.model_fields.items()}

        assert named.keys() == known.keys()
        for name, default in known.items():
            if default is not None:
                assert named[name].lower() == str(default).lower()


class TestCheckSettings:
    @pytest.mark.parametrize(
        ("lines", "complaint"),
        [
            ("BOT_TOKN=1", "unknown settings: BOT_TOKN"),
            ("DEFAULT_CURRENCY=roubles", "DEFAULT_CURRENCY"),
            ("DATABASE_POOL_SIZE=many", "DATABASE_POOL_SIZE"),
            ("WEBHOOK_URL=https://example.org", "needs BOT_TOKEN"),
            ("WEBHOOK_URL=https://example.org\nBOT_TOKEN=1:secret-of-the-bot", "needs WEBHOOK_SECRET"),
        ],
    )
    def test_says_in_one_line_what_is_wrong(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, complaint: str
    ) -> None:
        file = tmp_path / ".env"
        file.write_text(lines)
        monkeypatch.setattr(config, "ENV_FILE", file)
        for settings in CLASSES:
            monkeypatch.setitem(settings.model_config, "env_file", file)

        with pytest.raises(WrongSettings) as refusal:
            check_settings()

        assert complaint in str(refusal.value)
        assert "\n" not in str(refusal.value)
        assert "secret-of-the-bot" not in str(refusal.value)

    def test_is_content_with_nothing_at_all(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(config, "ENV_FILE", tmp_path / "none")

        check_settings()
