"""What a process of workers needs beside its code."""

from annotated_types import Ge

from core.config import DatabaseSettings
from workers.subscriptions import SUBSCRIPTIONS

HELD = 4  # by the relay, the export, the word that wakes other processes, and whoever pushes changes


class TestTheSmallestPool:
    def test_lets_one_consumer_get_on_though_each_holds_its_queue(self) -> None:
        limits = DatabaseSettings.model_fields["database_pool_size"].metadata
        [smallest] = [limit.ge for limit in limits if isinstance(limit, Ge)]

        assert isinstance(smallest, int)
        assert smallest > HELD + len(SUBSCRIPTIONS)
