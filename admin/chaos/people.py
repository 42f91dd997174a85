"""What people do in their chats meanwhile: they buy together, pay each other by every rail, and ask for money back."""

import asyncio
from collections import Counter
from itertools import count
from random import Random

from admin.chaos.patience import LOOK_SECONDS, GaveUp, Patient, sees
from sandbox.bank.client import Bank, NotPossible
from sandbox.telegram.person import NotAllowed, Seen, World

NAMES = (("Анна", "Борис", "Вера"), ("Глеб", "Дарья", "Егор"))
ARRIVE_SECONDS = 120.0  # so long may the bot take to start on a busy machine
DECLINED = 0.15  # of the payments at the bank
TOPS_UP, REFUNDS = 0.5, 0.5  # how many people do
HAND, WALLET, LINKS = "Перевёл(а)", "Из кошелька", ("ЮKassa", "Банк")
# Commands name the bot: whether it has written in a group before is for a killed process to say.
TO = "@SyncBuyBot"


class Friends:
    """Three people who buy together, in a new group each time, until `stopping` is set."""

    def __init__(self, world: World, number: int, seed: int, stopping: asyncio.Event, done: Counter[str]) -> None:
        self._world, self._stopping, self._done = world, stopping, done
        self._names, self._numbers = NAMES[number], count(1)
        self._chance = Random(f"{seed} friends {number}")  # noqa: S311 -- to be replayed
        self._people: list[Patient] = []

    async def arrive(self) -> None:
        """Come to Telegram and say hello to the bot, which answers once it is there.

        :raises NotSeen: if it does not.
        """
        for name in self._names:
            raw = await self._world.act("add_person", first_name=name, language_code="ru")
            self._people.append(Patient(self._world, raw, self._stopping))
            await self._people[-1].person.start()
        for each in self._people:
            await each.person.sees(None, containing="SyncBuy", within_seconds=ARRIVE_SECONDS)

    async def live(self) -> None:
        """Buy one thing after the other."""
        while not self._stopping.is_set():
            try:
                await self._buy()
                self._done["purchases"] += 1
            except (GaveUp, NotAllowed):
                self._done["given up"] += 1

    async def _buy(self) -> None:
        anna, boris, vera = self._people
        ids = [each.person.id for each in self._people]
        group = await self._world.act("add_group", title=f"{anna.name} {next(self._numbers)}", member_ids=ids)
        chat: int = group["id"]
        card = await anna.send(chat, f"/new{TO} Пикник", until=sees(button="Участвую"))
        for number, other in enumerate((boris, vera), 2):
            await other.tap(card, "Участвую", until=sees(f"{number} участник", of=card))
        await self._get_meat(chat, anna, card)
        cost = self._chance.randint(200, 900)
        await boris.send(chat, f"/spent{TO} {cost} такси", until=sees("Поровну на всех"))
        preview = await anna.tap(card, "Посчитать доли", until=sees(button="🔒", since=card))
        word = "Как платили" if any("Как платили" in label for label in preview.labels) else "Зафиксировать"
        await anna.tap(preview, word, until=sees(button="Мои долги", of=card))
        self._done["locks"] += 1
        await asyncio.gather(*(self._settle(each) for each in self._people))

    async def _get_meat(self, chat: int, anna: Patient, card: Seen) -> None:
        card = await anna.send(chat, f"/task{TO} Мясо 600", until=sees(button="Мясо", of=card))
        card = await anna.tap(card, "Мясо", until=sees(button=f"Мясо · {anna.name}", of=card))
        bought = await anna.tap(card, "Мясо", until=sees(button="Куплено за", since=card))
        await anna.tap(bought, "Куплено за", until=sees("Поровну", since=bought))

    async def _settle(self, payer: Patient) -> None:
        """Pay what this person owes, each debt by some rail, and let some of what was paid go back."""
        if self._chance.random() < TOPS_UP:
            await self._top_up(payer)
        for _ in self._people[1:]:
            debts = await payer.send(None, "/debts", until=sees("долж", "долгов"))
            owed = [label for label in debts.labels if label.startswith("💳")]
            if not owed:
                break
            await self._pay(payer, debts, owed[0])
        for payee in self._people:
            await self._confirm(payee)
        if self._chance.random() < REFUNDS:
            await self._refund(payer)

    async def _top_up(self, person: Patient) -> None:
        via = self._chance.choice(LINKS)
        question = await person.send(None, "/topup 1000", until=sees("Чем пополнить", button=via))
        await person.tap(question, via, until=sees("Кошелёк пополнен", "Не получилось", since=question))
        self._done["top-ups"] += 1

    async def _pay(self, payer: Patient, debts: Seen, label: str) -> None:
        view = await payer.tap(debts, label, until=sees(button=HAND, since=debts))
        rail = self._chance.choice((WALLET, *LINKS, HAND))
        rail = rail if any(rail in each for each in view.labels) else HAND
        await payer.tap(view, rail, until=sees("Оплачено", "Заплачено", "Не получилось", "Отметил", since=view))
        self._done[f"paid by {'link' if rail in LINKS else 'wallet' if rail == WALLET else 'hand'}"] += 1

    async def _confirm(self, payee: Patient) -> None:
        for seen in await payee.person.messages(None):
            if any("✅ Пришло" in label for label in seen.labels):
                await payee.person.tap(seen, "✅ Пришло")

    async def _refund(self, payee: Patient) -> None:
        paid = [seen for seen in await payee.person.messages(None) if "↩️ Вернуть деньги" in seen.labels]
        if paid:
            question = await payee.tap(paid[-1], "Вернуть деньги", until=sees(button="Часть", since=paid[-1]))
            await payee.person.tap(question, "↩️ Вернуть")
            self._done["refunds"] += 1


async def pay_at_the_bank(bank: Bank, *, seed: int, declines: asyncio.Event, stopping: asyncio.Event) -> None:
    """Be whoever opens the links: pay what is asked for, and once `declines` is set let some of it be refused."""
    chance = Random(f"{seed} bank")  # noqa: S311 -- to be replayed
    while not stopping.is_set():
        for payment in await bank.payments():
            if payment["status"] != "pending":
                continue
            is_declined = declines.is_set() and chance.random() < DECLINED
            try:
                await (bank.fail(payment["id"]) if is_declined else bank.pay(payment["id"]))
            except NotPossible:
                continue  # it ended meanwhile
        await asyncio.sleep(LOOK_SECONDS)
