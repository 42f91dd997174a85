"""Paying in the chat by wallet, link and invoice, and giving money back; the bank's own book is the oracle."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from admin.product import Running
from admin.story import GROUP
from core.payments.models import Attempt
from sandbox.bank.client import Bank
from sandbox.telegram.person import NotAllowed, Person, World
from tests.journeys.steps import locked, open_debt, same_books


@pytest_asyncio.fixture
async def bank(product: Running) -> AsyncIterator[Bank]:
    """Reach the bank of the running product; whatever a journey did, its book must be ours at the end."""
    assert product.bank_url is not None
    async with Bank.connect(product.bank_url) as bank:
        yield bank
        await same_books(product, bank)


async def _top_up(person: Person, bank: Bank, amount: int = 500, via: str = "Банк") -> None:
    asked = await person.send(None, f"/topup {amount}")
    await person.tap(await person.sees(None, containing="Чем пополнить", after=asked), via)
    await person.sees(None, containing=f"К оплате {amount}", after=asked)
    await bank.pay((await bank.payments())[-1]["id"])
    await person.sees(None, containing=f"Кошелёк пополнен на {amount}", after=asked)


async def _wallet(person: Person) -> str:
    asked = await person.send(None, "/wallet")
    return (await person.sees(None, containing="Кошелёк", after=asked)).text


async def _link(payer: Person, via: str = "ЮKassa") -> str:
    """Ask for a link for the debt to Anna, and return the id of the bank's payment."""
    await payer.tap(await open_debt(payer, "Анна"), via)
    seen = await payer.sees(None, containing="К оплате", button="Оплатить")
    [url] = [button["url"] for row in seen.buttons for button in row if button.get("url")]
    return str(url.rsplit("/", 1)[-1])


class TestTheWallet:
    @pytest.mark.parametrize("via", ["Банк", "ЮKassa"])
    async def test_is_filled_when_the_bank_says_so(self, world: World, bank: Bank, via: str) -> None:
        anna = world.person("anna")
        await anna.start()

        await _top_up(anna, bank, via=via)

        assert "Кошелёк: 500" in await _wallet(anna)

    async def test_pays_a_debt_and_the_payee_has_the_money(self, world: World, bank: Bank) -> None:
        anna, boris = await locked(world)
        await _top_up(boris, bank, 700)

        await boris.tap(await open_debt(boris, "Анна"), "Из кошелька 500")

        await boris.sees(None, containing="Заплачено из кошелька 500", within_seconds=5)
        await anna.sees(None, containing="Борис заплатил(а) вам 500")
        assert "Кошелёк: 200" in await _wallet(boris)
        assert "Кошелёк: 500" in await _wallet(anna)

    async def test_pays_a_part_and_then_the_rest(self, world: World, bank: Bank) -> None:
        _, boris = await locked(world)
        await _top_up(boris, bank, 500)

        await boris.tap(await open_debt(boris, "Анна"), "Часть")
        await boris.sees(None, containing="Какую часть")
        await boris.send(None, "120,50")
        await boris.tap(await boris.sees(None, containing="Как?", button="Из кошелька"), "Из кошелька")
        await boris.sees(None, containing="Заплачено из кошелька 120,50")
        await boris.tap(await open_debt(boris, "Анна"), "Из кошелька 379,50")

        await boris.sees(None, containing="Заплачено из кошелька 379,50")
        assert "Кошелёк: 0" in await _wallet(boris)

    async def test_is_not_offered_where_it_does_not_suffice(self, world: World, bank: Bank) -> None:
        _, boris = await locked(world)
        await _top_up(boris, bank, 499)

        debt = await open_debt(boris, "Анна")

        assert not any("Из кошелька" in label for label in debt.labels)

    async def test_gives_money_out_when_an_operator_sends_it(self, world: World, bank: Bank, product: Running) -> None:
        anna = world.person("anna")
        await anna.start()
        await _top_up(anna, bank, 500)
        await anna.send(None, "/withdraw 200")
        await anna.sees(None, containing="/settings")
        await anna.send(None, "/settings")
        await anna.tap(await anna.sees(None, button="Телефон"), "Телефон")
        await anna.sees(None, containing="Номер телефона")
        await anna.send(None, "+79123456789")
        await anna.sees(None, containing="+79123456789")

        await anna.send(None, "/withdraw 200")
        await anna.tap(await anna.sees(None, containing="Куда отправить", button="По телефону"), "По телефону")
        await anna.sees(None, containing="Заявка на вывод 200")
        assert "Кошелёк: 300" in await _wallet(anna)
        from core.accounts.models import Withdrawal
        from core.accounts.withdraw import settle_withdrawal
        from core.clock import utc_now

        async with product.db.transaction() as session:
            [withdrawal_id] = await session.scalars(select(Withdrawal.id))
            await settle_withdrawal(session, withdrawal_id=withdrawal_id, operator="olga", now=utc_now())

        await anna.sees(None, containing="Вывод 200")


class TestALink:
    @pytest.mark.parametrize("via", ["Банк", "ЮKassa"])
    async def test_pays_a_debt_and_shows_how_it_stands_in_one_message(self, world: World, bank: Bank, via: str) -> None:
        anna, boris = await locked(world)

        payment_id = await _link(boris, via)
        waiting = await boris.sees(None, containing="К оплате 500", button="QR")
        await boris.tap(waiting, "QR")
        await boris.sees(None, containing="Наведите камеру")
        await bank.pay(payment_id)

        done = await boris.sees(None, containing="Оплачено 500")
        assert done.id == waiting.id
        await anna.sees(None, containing="Борис заплатил(а) вам 500")
        await anna.sees(None, containing="все рассчитались")

    async def test_that_the_bank_declines_can_be_tried_again(self, world: World, bank: Bank) -> None:
        _, boris = await locked(world)
        await bank.fail(await _link(boris), "insufficient_funds")

        failed = await boris.sees(None, containing="На карте не хватает денег", button="Попробовать снова")
        await boris.tap(failed, "Попробовать снова")
        await boris.sees(None, containing="Вы должны 500", button="Перевёл(а)")
        await bank.pay(await _link(boris))

        await boris.sees(None, containing="Оплачено 500")

    async def test_tapped_twice_at_once_is_one_payment(self, world: World, bank: Bank) -> None:
        _, boris = await locked(world)
        debt = await open_debt(boris, "Анна")

        await asyncio.gather(*(boris.tap(debt, "ЮKassa") for _ in range(5)))
        await boris.sees(None, containing="К оплате 500")

        assert len(await bank.payments()) == 1

    async def test_cannot_be_asked_for_by_a_forged_or_foreign_button(self, world: World, product: Running) -> None:
        anna, boris = await locked(world)
        debt = await open_debt(boris, "Анна")
        [data] = [button["callback_data"] for row in debt.buttons for button in row if "ЮKassa" in button["text"]]
        said = await anna.send(None, "/help")
        place = await anna.sees(None, containing="Что я умею", after=said)

        for forged in (data, data[:-1] + ("A" if data[-1] != "A" else "B"), data.split("~")[0], data + "A"):
            await anna.forge(place, forged)
        await boris.forge(debt, data[:-1] + ("A" if data[-1] != "A" else "B"))

        asked = await boris.send(None, "/help")
        await boris.sees(None, containing="Что я умею", after=asked)
        async with product.db.transaction() as session:
            assert await session.scalar(select(func.count()).select_from(Attempt)) == 0

    async def test_f8_asked_for_once_though_the_bank_fails_after_it_made_the_payment(
        self, world: World, bank: Bank
    ) -> None:
        _, boris = await locked(world)
        await bank.misbehave("fail_after", call="create_payment", times=2)

        await bank.pay(await _link(boris))

        await boris.sees(None, containing="Оплачено 500")
        assert len(await bank.payments()) == 1

    async def test_f5_told_of_five_times_at_once_pays_once(self, world: World, bank: Bank) -> None:
        anna, boris = await locked(world)
        await bank.misbehave("duplicate_notices", copies=5)

        await bank.pay(await _link(boris))

        await boris.sees(None, containing="Оплачено 500")
        assert "Кошелёк: 500" in await _wallet(anna)

    async def test_f10_is_noticed_as_paid_though_every_notice_is_lost(self, world: World, bank: Bank) -> None:
        _, boris = await locked(world)
        await bank.misbehave("lose_notices")
        await bank.pay(await _link(boris))

        await world.advance(timedelta(minutes=6))

        await boris.sees(None, containing="Оплачено 500")

    @pytest.mark.parametrize(
        "how", ["bad_signature", "no_signature", "malformed_signature", "changed_amount", "old_timestamp"]
    )
    async def test_f11_is_not_paid_by_a_forged_notice(self, world: World, bank: Bank, how: str) -> None:
        _, boris = await locked(world)
        payment_id = await _link(boris, "Банк")

        await bank.forge(payment_id, how)

        assert "Пока пуст" in await _wallet(world.person("anna"))
        await bank.pay(payment_id)
        await boris.sees(None, containing="Оплачено 500")

    async def test_f11_of_an_unsigned_provider_is_believed_only_after_asking_it(self, world: World, bank: Bank) -> None:
        _, boris = await locked(world)
        payment_id = await _link(boris, "ЮKassa")

        await bank.forge(payment_id, "changed_amount")

        assert "Пока пуст" in await _wallet(world.person("anna"))
        await bank.pay(payment_id)
        await boris.sees(None, containing="Оплачено 500")

    async def test_given_up_and_paid_after_all_fills_the_wallet(self, world: World, bank: Bank) -> None:
        anna, boris = await locked(world)
        payment_id = await _link(boris)
        await boris.tap(await boris.sees(None, containing="К оплате 500"), "Заплачу иначе")
        await boris.sees(None, containing="больше не нужна")
        await boris.tap(await open_debt(boris, "Анна"), "Перевёл(а)")
        await anna.tap(await anna.sees(None, containing="Пришло?"), "✅ Пришло")
        await boris.sees(None, containing="подтверждает")

        await bank.pay(payment_id)

        await boris.sees(None, containing="пришла позже срока")
        assert "Кошелёк: 500" in await _wallet(boris)

    async def test_paid_with_another_amount_goes_to_suspense_and_the_debt_stays(self, world: World, bank: Bank) -> None:
        anna, boris = await locked(world)
        payment_id = await _link(boris, "Банк")
        await bank.misbehave("wrong_amount", minor=400_00)

        await bank.pay(payment_id)

        await boris.sees(None, containing="не ту сумму")
        assert "Пока пуст" in await _wallet(anna)
        await open_debt(boris, "Анна")


class TestAnInvoice:
    async def test_pays_a_debt_inside_telegram(self, world: World) -> None:
        anna, boris = await locked(world)
        await boris.tap(await open_debt(boris, "Анна"), "Telegram")
        await boris.sees(None, containing="сообщением рядом")
        invoice = next(seen for seen in reversed(await boris.messages(None)) if seen.raw.get("invoice"))

        await boris.pays_invoice(invoice)

        await boris.sees(None, containing="Оплачено 500")
        assert "Кошелёк: 500" in await _wallet(anna)
        with pytest.raises(NotAllowed):
            await boris.pays_invoice(invoice)

    @pytest.mark.parametrize("opening", ["С чеком", "Часть"])
    async def test_counts_though_another_question_waits_for_an_answer(self, world: World, opening: str) -> None:
        anna, boris = await locked(world)
        debt = await open_debt(boris, "Анна")
        await boris.tap(debt, "Telegram")
        await boris.sees(None, containing="сообщением рядом")
        invoice = next(seen for seen in reversed(await boris.messages(None)) if seen.raw.get("invoice"))
        asked = await boris.send(None, "/new")
        await boris.sees(None, containing="Что покупаем", after=asked)
        await boris.tap(debt, opening)
        await boris.sees(None, containing="чек", after=asked)

        await boris.pays_invoice(invoice)

        await boris.sees(None, containing="Оплачено 500")
        assert "Кошелёк: 500" in await _wallet(anna)


class TestARefund:
    async def test_sends_money_back_to_the_card_through_the_bank(self, world: World, bank: Bank) -> None:
        anna, boris = await locked(world)
        await bank.pay(await _link(boris))
        paid = await anna.sees(None, containing="заплатил(а) вам 500", button="Вернуть деньги")

        await anna.tap(paid, "Вернуть деньги")
        await anna.tap(await anna.sees(None, containing="Вернуть деньги за", button="Вернуть 500"), "Вернуть 500")

        await boris.sees(None, containing="Вам вернули 500")
        assert "Кошелёк: 0" in await _wallet(anna)

    async def test_of_a_part_goes_from_wallet_to_wallet(self, world: World, bank: Bank) -> None:
        anna, boris = await locked(world)
        await _top_up(boris, bank, 500)
        await boris.tap(await open_debt(boris, "Анна"), "Из кошелька 500")
        await anna.sees(None, containing="заплатил(а) вам 500")

        await anna.send(None, "/refund")
        await anna.tap(await anna.sees(None, containing="Какой платёж", button="Борис"), "Борис")
        await anna.tap(await anna.sees(None, containing="Вернуть деньги за", button="Часть"), "Часть")
        await anna.sees(None, containing="Сколько вернуть")
        await anna.send(None, "600")
        await anna.sees(None, containing="не больше 500")
        await anna.send(None, "150")

        await boris.sees(None, containing="Вам вернули 150")
        assert "Кошелёк: 150" in await _wallet(boris)
        assert "Кошелёк: 350" in await _wallet(anna)

    async def test_of_a_manual_payment_is_confirmed_by_whose_money_it_is(self, world: World) -> None:
        anna, boris = await locked(world)
        await boris.tap(await open_debt(boris, "Анна"), "Перевёл(а)")
        await anna.tap(await anna.sees(None, containing="Пришло?"), "✅ Пришло")
        await boris.sees(None, containing="подтверждает")

        await anna.send(None, "/refund")
        await anna.tap(await anna.sees(None, containing="Какой платёж", button="Борис"), "Борис")
        await anna.tap(await anna.sees(None, containing="Вернуть деньги за", button="Вернуть 500"), "Вернуть 500")
        await boris.tap(await boris.sees(None, containing="мимо SyncBuy", button="✅ Пришло"), "✅ Пришло")

        await anna.sees(None, containing="дошёл. Получатель")

    async def test_that_the_bank_cannot_make_leaves_the_money_where_it_was(self, world: World, bank: Bank) -> None:
        anna, boris = await locked(world)
        await bank.pay(await _link(boris))
        await bank.misbehave("pending_refund")
        await anna.tap(await anna.sees(None, containing="заплатил(а) вам 500"), "Вернуть деньги")
        await anna.tap(await anna.sees(None, containing="Вернуть деньги за", button="Вернуть 500"), "Вернуть 500")
        await boris.sees(None, containing="идут на вашу карту")
        [refund] = await bank.refunds()

        await bank.cancel_refund(refund["id"])
        await world.advance(timedelta(minutes=6))

        await anna.sees(None, containing="не состоялся")
        assert "Кошелёк: 500" in await _wallet(anna)


async def test_the_group_sees_nothing_of_wallets(world: World, bank: Bank) -> None:
    _, boris = await locked(world)
    await _top_up(boris, bank, 700)
    for command in ("/wallet", "/topup 500", "/withdraw 500"):
        asked = await boris.send(None, "/help")
        await boris.send(GROUP, command)
        await boris.sees(None, containing="Кошелёк: 700", after=asked)

    for seen in await world.person("vera").messages(GROUP):
        assert "Кошелёк" not in seen.text
