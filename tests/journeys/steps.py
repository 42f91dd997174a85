"""Steps that several journeys begin with."""

import asyncio

from admin.product import Running
from admin.story import GROUP
from core.ledger.balances import provider_totals
from sandbox.bank.client import Bank
from sandbox.telegram.person import Person, Seen, World


async def open_purchase(anna: Person, title: str = "Шашлыки") -> Seen:
    """Open a purchase and return its card."""
    await anna.send(GROUP, f"/new {title}")
    return await anna.sees(GROUP, containing=title, button="Участвую")


async def locked(world: World, spent: str = "1000") -> tuple[Person, Person]:
    """Lock a purchase in which Boris owes Anna half of what was spent, and return both, in touch with the bot."""
    anna, boris = world.person("anna"), world.person("boris")
    for person in (anna, boris):
        await person.start()
    card = await open_purchase(anna)
    await boris.tap(card, "Участвую")
    await anna.sees(GROUP, containing="2 участника")
    await anna.send(GROUP, f"/spent {spent} такси")
    await anna.sees(GROUP, containing="Поровну на всех (2)")
    await anna.tap(card, "Посчитать доли")
    await anna.tap(await anna.sees(GROUP, containing="перевод", button="Зафиксировать"), "Зафиксировать")
    await boris.sees(None, containing="Вы должны")
    return anna, boris


async def answered(world: World, callback_id: str, words: str) -> None:
    """Wait until a tap is answered, and see these words in the answer."""
    async with asyncio.timeout(10):
        while True:
            answers = [call for call in await world.calls() if call["method"] == "answerCallbackQuery"]
            mine = [call for call in answers if call["params"]["callback_query_id"] == callback_id]
            if mine:
                assert words in mine[0]["params"]["text"]
                return
            await asyncio.sleep(0.03)


async def open_debt(payer: Person, payee: str) -> Seen:
    """Open the payer's debt to somebody, and return it with its buttons."""
    asked = await payer.send(None, "/debts")
    await payer.tap(await payer.sees(None, containing="Вы должны", button=f"💳 {payee}", after=asked), f"💳 {payee}")
    return await payer.sees(None, containing=payee, button="Перевёл(а)", after=asked)


async def same_books(product: Running, bank: Bank) -> None:
    """Wait until the bank's book and the ledger say the same of every shop, or fail with both."""
    for shop in ("standard", "yookassa"):
        async with asyncio.timeout(10):
            while True:
                theirs = {
                    currency: (totals["paid"], totals["refunded"], totals["fees"])
                    for currency, totals in (await bank.book(shop)).items()
                    if totals["count"]
                }
                async with product.db.transaction() as session:
                    ours = {
                        currency: (totals.paid, totals.refunded, totals.fees)
                        for currency, totals in (await provider_totals(session, shop)).items()
                    }
                if theirs == ours:
                    break
                await asyncio.sleep(0.05)
