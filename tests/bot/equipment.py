"""What the bot works with in tests of its own, without the rest of the product."""

import tempfile
from pathlib import Path

from bot.intake import Intake
from core.config import MoneySettings, ProductSettings
from core.db import Database
from core.notifications.seal import Sealer
from core.secrets import Secrets


def equip(intake: Intake, db: Database) -> None:
    """Give the intake a database and keys of its own, and no provider."""
    folder = Path(tempfile.mkdtemp(prefix="syncbuy-test-"))
    intake.equip(
        db,
        Sealer(Secrets(folder / "secrets.json")),
        providers={},
        settings=ProductSettings(),
        money=MoneySettings(),
        group_messages_per_minute=3000,
    )
