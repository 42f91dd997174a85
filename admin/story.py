"""The story that `demo` plays: four people and a barbecue, paid by every rail; one is late, one is disputed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.clock import utc_now
from sandbox.bank.client import Bank
from sandbox.telegram.person import Person, Seen, World

GROUP = "Дача 🌲"
NOON = 12
Tell = Callable[[str], None]


async def play(world: World, bank: Bank, tell: Tell) -> None:
    """Play the story through the chat and the bank, the way people would; `tell` announces each scene."""
    anna, boris, vera, john = (world.person(name) for name in ("anna", "boris", "vera", "john"))
    await world.advance(until_noon(utc_now()))  # at night some words would wait for the morning
    tell("Everybody but John opens a private chat with the bot; Anna and Vera say where to pay them")
    await _settle_in(anna, "+7 912 345-67-89")
    await _settle_in(vera, "+7 921 000-11-22")
    await boris.start()
    tell("Anna opens a purchase, the others join")
    await _gather(anna, boris, vera, john)
    tell("They plan what to buy, and take it")
    await _plan(anna, boris, vera)
    tell("They buy: at the estimate, dearer than that, and something John pays for three of them")
    await _buy(anna, boris, vera, john)
    tell("Anna looks at both strategies and locks the shares")
    await _lock(anna)
    tell("Boris asks why he owes, sends a part outside, and pays the rest by a link; his first card is declined")
    await _pay_in_parts(boris, anna, bank)
    tell("Vera did not get what Boris sent at first")
    await _dispute(boris, vera)
    tell("Vera tops up her wallet and pays Anna from it")
    await _pay_from_wallet(vera, anna, bank)
    tell("Boris pays John outside")
    await _pay(boris, john.name)
    tell("The butcher gave a discount: Anna gives Boris a part back, to his card")
    await _refund(anna, boris)
    tell("John speaks English and pays late: a week goes by")
    await world.advance(timedelta(days=7))
    await _pay_late(john)
    tell("Nobody answers John, so after another week his payments are taken as received")
    await world.advance(timedelta(days=7, hours=1))
    tell("Everybody is settled: Anna closes the purchase")
    await _close(anna)


def until_noon(now: datetime) -> timedelta:
    """Return how long it is to the next noon where the people of the story live."""
    local = now.astimezone(ZoneInfo("Europe/Moscow"))
    return timedelta(days=local.hour >= NOON) + local.replace(hour=NOON, minute=0, second=0, microsecond=0) - local


async def _settle_in(person: Person, phone: str) -> None:
    await person.start()
    await person.sees(None, containing="SyncBuy")
    await person.send(None, "/settings")
    settings = await person.sees(None, button="Телефон")
    await person.tap(settings, "Телефон")
    await person.sees(None, containing="Номер телефона")
    await person.send(None, phone)
    await person.sees(None, containing=phone.replace(" ", "").replace("-", ""))


async def _gather(anna: Person, *others: Person) -> None:
    await anna.send(GROUP, "/new Шашлыки на даче до послезавтра")
    card = await _card(anna, "Участвую")
    for person in others:
        await person.tap(card, "Участвую")
    await anna.sees(GROUP, containing="4 участника")


async def _plan(anna: Person, boris: Person, vera: Person) -> None:
    await anna.send(GROUP, "/task Мясо 2400")
    await boris.send(GROUP, "/task Уголь 600")
    await vera.send(GROUP, "/task Вино 1 500,50")
    for person, title in ((anna, "Мясо"), (boris, "Уголь"), (vera, "Вино")):
        await person.tap(await _card(person, title), title)
        await _card(person, f"{title} · {person.name}")


async def _buy(anna: Person, boris: Person, vera: Person, john: Person) -> None:
    for person, title in ((anna, "Мясо"), (boris, "Уголь")):
        await person.tap(await _card(person, f"{title} · "), title)
        await person.tap(await person.sees(GROUP, containing=title, button="Куплено за"), "Куплено за")
        await person.sees(GROUP, containing="Поровну на всех (4)")
    await vera.tap(await _card(vera, "Вино · "), "Вино")
    await vera.tap(await vera.sees(GROUP, containing="Вино", button="Другая сумма"), "Другая сумма")
    question = await vera.sees(GROUP, containing="сколько вышло")
    await vera.send(GROUP, "1500+120", reply_to=question)
    await vera.sees(GROUP, containing="1\N{NO-BREAK SPACE}620")
    await john.send(GROUP, "/spent 1000 taxi @john @anna @boris")
    await john.sees(GROUP, containing="Shared equally by 3")


async def _lock(anna: Person) -> None:
    await anna.tap(await _card(anna, "Посчитать доли"), "Посчитать доли")
    preview = await anna.sees(GROUP, containing="Меньше всего переводов", button="Как платили")
    await anna.tap(preview, "Как платили")
    await anna.sees(GROUP, containing="доли зафиксированы")


async def _pay_in_parts(payer: Person, payee: Person, bank: Bank) -> None:
    told = await payer.sees(None, containing="доли посчитаны", button=payee.name)
    await payer.send(None, "/why")
    await payer.tap(await payer.sees(None, containing="О каком долге", button=payee.name), payee.name)
    await payer.sees(None, containing="Доля")
    await payer.tap(told, payee.name)
    await payer.tap(await payer.sees(None, containing="Куда перевести", button="Часть"), "Часть")
    await payer.sees(None, containing="Какую часть")
    await payer.send(None, "100р")
    await payer.tap(await payer.sees(None, containing="Заплатить 100", button="Перевёл(а)"), "Перевёл(а)")
    await payer.sees(None, containing="Отметил: 100")
    await payee.tap(await payee.sees(None, containing="Пришло?", button="✅ Пришло"), "✅ Пришло")
    await payer.sees(None, containing="подтверждает: 100")
    await bank.fail(await _ask_for_link(payer, payee), "insufficient_funds")
    failed = await payer.sees(None, containing="На карте не хватает денег", button="Попробовать снова")
    await bank.pay(await _ask_for_link(payer, payee))
    await payer.sees(None, containing="✅ Оплачено 350", after=failed)
    await payee.sees(None, containing=f"{payer.name} заплатил(а) вам 350")


async def _ask_for_link(payer: Person, payee: Person) -> str:
    """Tap the debt's link button and return the id of the bank's payment."""
    asked = await payer.send(None, "/debts")
    await payer.tap(await payer.sees(None, button=f"💳 {payee.name}", after=asked), f"💳 {payee.name}")
    await payer.tap(await payer.sees(None, containing=payee.name, button="ЮKassa", after=asked), "ЮKassa")
    link = await payer.sees(None, containing="К оплате", button="💳 Оплатить", after=asked)
    [url] = [button["url"] for row in link.buttons for button in row if "url" in button]
    return str(url.rpartition("/")[2])


async def _pay_from_wallet(payer: Person, payee: Person, bank: Bank) -> None:
    asked = await payer.send(None, "/topup 1000")
    await payer.tap(await payer.sees(None, containing="Чем пополнить", button="Банк", after=asked), "Банк")
    await payer.sees(None, containing="К оплате 1", button="💳 Оплатить", after=asked)
    await bank.pay((await bank.payments())[-1]["id"])
    await payer.sees(None, containing="Кошелёк пополнен", after=asked)
    await payer.send(None, "/debts")
    await payer.tap(await payer.sees(None, button=f"💳 {payee.name}", after=asked), f"💳 {payee.name}")
    await payer.tap(
        await payer.sees(None, containing=payee.name, button="👛 Из кошелька", after=asked), "👛 Из кошелька"
    )
    await payer.sees(None, containing="Заплачено из кошелька", after=asked)
    await payee.sees(None, containing=f"{payer.name} заплатил(а) вам")
    asked = await payer.send(None, "/wallet")
    await payer.sees(None, containing="Кошелёк: ", after=asked)


async def _refund(payee: Person, payer: Person) -> None:
    paid = await payee.sees(None, containing=f"{payer.name} заплатил(а) вам 350", button="Вернуть деньги")
    await payee.tap(paid, "Вернуть деньги")
    await payee.tap(await payee.sees(None, containing="Вернуть деньги за", button="Часть"), "Часть")
    await payee.sees(None, containing="Сколько вернуть")
    await payee.send(None, "50")
    await payer.sees(None, containing="Вам вернули 50")


async def _dispute(payer: Person, payee: Person) -> None:
    await _pay(payer, payee.name)
    await payee.tap(await _newest_question(payee), "❌ Не пришло")
    await payer.sees(None, containing="не пришло")
    await _pay(payer, payee.name)
    await payee.tap(await _newest_question(payee), "✅ Пришло")
    await payee.sees(None, containing="Записал")


async def _pay_late(john: Person) -> None:
    await john.start("debts")
    debts = await john.sees(None, containing="You owe", button="💳")
    for label in [label for label in debts.labels if label.startswith("💳")]:
        name = label.split()[1].rstrip(":")
        asked = await john.send(None, "/debts")
        await john.tap(await john.sees(None, containing="You owe", button=name, after=asked), name)
        await john.tap(await john.sees(None, containing=name, button="I paid", after=asked), "I paid")
        await john.sees(None, containing="Noted", after=asked)


async def _close(anna: Person) -> None:
    told = await anna.sees(None, containing="все рассчитались", button="Закрыть", within_seconds=20)
    await anna.tap(told, "Закрыть")
    await anna.tap(await anna.sees(None, button="Да, закрыть"), "Да, закрыть")
    await anna.sees(GROUP, containing="Кто сколько")
    await anna.sees(GROUP, containing="— закрыто")


async def _pay(payer: Person, name: str) -> None:
    asked = await payer.send(None, "/debts")
    debts = await payer.sees(None, containing="Вы должны", button=f"💳 {name}", after=asked)
    await payer.tap(debts, f"💳 {name}")
    await payer.tap(await payer.sees(None, containing=name, button="Перевёл(а)", after=asked), "Перевёл(а)")
    await payer.sees(None, containing="Отметил", after=asked)


async def _newest_question(payee: Person) -> Seen:
    return await payee.sees(None, containing="Пришло?", button="✅ Пришло")


async def _card(person: Person, button: str) -> Seen:
    return await person.sees(GROUP, containing="Организатор", button=button)
