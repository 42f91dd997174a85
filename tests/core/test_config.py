"""Settings: each has one name and one place, a wrong one stops the start, and none gives a secret away."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.config import CLASSES, DatabaseSettings, TelegramSettings, WrongSettings, check_settings

ROOT = Path(__file__).parents[2]
FIELDS = {name: field for settings in CLASSES for name, field in settings.model_fields.items()}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Read no settings but the test's own: from an empty folder, in an empty environment."""
    monkeypatch.chdir(tmp_path)
    for name in FIELDS:
        monkeypatch.delenv(name.upper(), raising=False)
    check_settings.cache_clear()
    yield tmp_path
    check_settings.cache_clear()


class TestSettings:
    def test_have_a_default_each(self) -> None:
        check_settings()

    def test_are_read_from_the_file_and_the_environment_wins(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / ".env").write_text("DATABASE_POOL_SIZE=17\nDATA_DIR=elsewhere\n")
        monkeypatch.setenv("DATABASE_POOL_SIZE", "18")

        settings = DatabaseSettings()

        assert (settings.database_pool_size, settings.data_dir) == (18, Path("elsewhere"))

    def test_have_a_name_each_that_no_other_has(self) -> None:
        assert len(FIELDS) == sum(len(settings.model_fields) for settings in CLASSES)

    def test_say_what_they_are_for(self) -> None:
        assert [name for name, field in FIELDS.items() if not field.description] == []

    def test_are_all_in_the_example_with_their_defaults(self) -> None:
        example = (ROOT / ".env.example").read_text(encoding="utf-8")
        shown = dict(re.findall(r"^# ([A-Z_]+)=(.*)$", example, re.MULTILINE))

        assert shown.keys() == {name.upper() for name in FIELDS}
        for name, field in FIELDS.items():
            if field.default is not None:
                default = str(field.default).lower() if isinstance(field.default, bool) else str(field.default)
                assert shown[name.upper()] == default

    def test_keep_secrets_out_of_what_is_printed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BOT_TOKEN", "12345:do-not-show")
        monkeypatch.setenv("WEBHOOK_SECRET", "do-not-show")

        assert "do-not-show" not in repr(TelegramSettings())


class TestAWrongSetting:
    @pytest.mark.parametrize(
        ("written", "told"),
        [
            ("BOT_TOKNE=1", "BOT_TOKNE"),
            ("DATABASE_POOL_SIZE=many", "DATABASE_POOL_SIZE"),
            ("DATABASE_POOL_SIZE=1", "DATABASE_POOL_SIZE"),
            ("DEFAULT_CURRENCY=roubles", "DEFAULT_CURRENCY"),
            ("LOG_LEVEL=LOUD", "LOG_LEVEL"),
            ("YOOKASSA_NETWORKS=185.71.76.0/27,elsewhere", "YOOKASSA_NETWORKS"),
            ("YOOKASSA_NETWORKS=", "YOOKASSA_NETWORKS"),
            ("YOOKASSA_API_URL=api.yookassa.ru", "YOOKASSA_API_URL"),
            ("STRIPE_CURRENCIES=EUR USD", "STRIPE_CURRENCIES"),
            ("YOOKASSA_SHOP_ID=1", "YOOKASSA_SECRET_KEY"),
            ("STRIPE_API_KEY=sk_test_1", "STRIPE_API_KEY needs STRIPE_WEBHOOK_SECRET"),
            ("STRIPE_WEBHOOK_SECRET=whsec_1", "STRIPE_WEBHOOK_SECRET needs STRIPE_API_KEY"),
            ("STANDARD_SHOP_ID=1\nSTANDARD_SECRET_KEY=a", "STANDARD_API_URL, STANDARD_WEBHOOK_SECRET"),
            ("CLOUDPAYMENTS_PUBLIC_ID=pk_1\nCLOUDPAYMENTS_API_SECRET=", "CLOUDPAYMENTS_API_SECRET"),
            ("WEBHOOK_URL=https://shop.example", "BOT_TOKEN"),
            ("WEBHOOK_URL=https://shop.example\nBOT_TOKEN=1:a", "WEBHOOK_SECRET"),
        ],
    )
    def test_stops_the_start_with_one_line_that_names_it(self, folder: Path, written: str, told: str) -> None:
        (folder / ".env").write_text(written)

        with pytest.raises(WrongSettings, match=told) as stopped:
            check_settings()

        assert "\n" not in str(stopped.value)

    def test_is_not_repeated_since_it_may_be_a_secret(self, folder: Path) -> None:
        (folder / ".env").write_text("SANDBOX_PORT=12345:do-not-show\n")

        with pytest.raises(WrongSettings) as stopped:
            check_settings()

        assert "do-not-show" not in str(stopped.value)
