"""The running product tells others: what people do in the chat stands in the topics of Kafka."""

from datetime import timedelta
from pathlib import Path

from admin.product import running_product
from admin.story import GROUP
from core import clock
from core.config import BusSettings
from sandbox.telegram.person import World
from tests.journeys.steps import open_purchase
from tests.workers.kafka_broker import KafkaBroker


class TestTheFacts:
    async def test_of_a_purchase_are_told_in_their_order(
        self, database_url: str, tmp_path: Path, kafka: KafkaBroker
    ) -> None:
        await kafka.make_topic("test.purchase", partitions=3)
        await kafka.make_topic("test.user", partitions=3)
        lively = running_product(
            database_url,
            data_dir=tmp_path,
            any_port=True,
            group_messages_per_minute=3000,
            bus=BusSettings(amqp_url=None),
            kafka=kafka.settings,
        )
        async with lively as product:
            assert product.page_url is not None
            async with World.connect(product.page_url) as world:
                anna, boris = world.person("anna"), world.person("boris")
                await anna.sees(GROUP, containing="Привет")
                card = await open_purchase(anna)
                await boris.tap(card, "Участвую")
                await anna.sees(GROUP, containing="2 участника")
            facts = await kafka.read("test.purchase", at_least=2)
            people = await kafka.read("test.user", at_least=2)
        clock.shift(timedelta(0))

        told = [fact.headers["event_name"] for fact in facts]
        assert told == ["purchase.opened", "purchase.participant_joined"]
        assert len({fact.key for fact in facts}) == 1
        assert {fact.envelope.event_name for fact in people} == {"person.met"}
