"""The words of the bank's pages in Russian and English, and how they write money and time."""

from datetime import UTC, datetime
from html import escape

from sandbox.bank.money import EXPONENTS, write_amount

SIGNS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "KZT": "₸", "JPY": "¥", "UAH": "₴", "TRY": "₺", "INR": "₹"}
WORDS = {
    "ru": {
        "bank": "Тестовый банк",
        "not_real": "Деньги здесь не настоящие",
        "to_pay": "К оплате",
        "pay": "Оплатить",
        "refuse": "Отказать",
        "cancel": "Отменить",
        "reason": "Причина отказа",
        "qr": "Откройте на телефоне",
        "until": "Оплатить можно до {time} UTC",
        "return": "Вернуться",
        "pending": "Ждёт оплаты",
        "waiting_for_capture": "Деньги отложены для магазина",
        "succeeded": "Оплачено",
        "canceled": "Не оплачено",
        "unknown": "Такого платежа нет",
        "insufficient_funds": "Не хватает денег",
        "card_expired": "Карта просрочена",
        "3d_secure_failed": "Не прошла проверка 3-D Secure",
        "general_decline": "Банк отказал без причины",
        "fraud_suspected": "Похоже на мошенничество",
        "issuer_unavailable": "Банк карты не отвечает",
        "payment_method_limit_exceeded": "Превышен лимит карты",
        "expired_on_confirmation": "Время на оплату вышло",
        "expired_on_capture": "Магазин не забрал деньги вовремя",
        "canceled_by_merchant": "Платёж отменён",
        "book": "Книга банка",
        "payments": "Платежи",
        "refunds": "Возвраты",
        "notices": "Уведомления",
        "faults": "Неполадки",
        "nothing": "Пока пусто",
        "paid": "Оплачено",
        "refunded": "Возвращено",
        "fees": "Комиссии",
        "count": "Платежей",
        "switch_on": "Включить",
        "clear": "Снять все",
        "kind": "Что сломать",
        "times": "Сколько раз",
        "always": "всегда",
        "open": "Открыть",
        "expire": "Просрочить",
        "forge": "Подделать уведомление",
        "succeed_refund": "Вернуть",
        "replay": "Повторить",
        "release": "Отпустить задержанные",
        "signed": "подписаны",
        "unsigned": "не подписаны",
        "no_address": "адрес не задан",
        "body": "Содержание",
        "is_forged": "подделка",
        "tries": "Попытки",
    },
    "en": {
        "bank": "Test bank",
        "not_real": "No real money here",
        "to_pay": "To pay",
        "pay": "Pay",
        "refuse": "Refuse",
        "cancel": "Cancel",
        "reason": "Reason of the refusal",
        "qr": "Open on a phone",
        "until": "Can be paid until {time} UTC",
        "return": "Go back",
        "pending": "Waits to be paid",
        "waiting_for_capture": "The money is held for the shop",
        "succeeded": "Paid",
        "canceled": "Not paid",
        "unknown": "There is no such payment",
        "insufficient_funds": "Not enough money",
        "card_expired": "The card has expired",
        "3d_secure_failed": "3-D Secure failed",
        "general_decline": "The bank declined and did not say why",
        "fraud_suspected": "Looks like fraud",
        "issuer_unavailable": "The bank of the card does not answer",
        "payment_method_limit_exceeded": "Above the limit of the card",
        "expired_on_confirmation": "The time to pay is over",
        "expired_on_capture": "The shop did not take the money in time",
        "canceled_by_merchant": "The payment was canceled",
        "book": "Book of the bank",
        "payments": "Payments",
        "refunds": "Refunds",
        "notices": "Notices",
        "faults": "Faults",
        "nothing": "Nothing yet",
        "paid": "Paid",
        "refunded": "Refunded",
        "fees": "Fees",
        "count": "Payments",
        "switch_on": "Switch on",
        "clear": "Clear all",
        "kind": "What breaks",
        "times": "How often",
        "always": "always",
        "open": "Open",
        "expire": "Expire",
        "forge": "Forge a notice",
        "succeed_refund": "Give back",
        "replay": "Repeat",
        "release": "Release what is held",
        "signed": "signed",
        "unsigned": "not signed",
        "no_address": "no address",
        "body": "Body",
        "is_forged": "forged",
        "tries": "Tries",
    },
}


def say(language: str, key: str, **values: str) -> str:
    """Return words, ready for HTML; a key without words says itself."""
    return escape(WORDS[language][key].format(**values) if key in WORDS[language] else key)


def money(minor: int, currency: str, language: str) -> str:
    """Return an amount as people of the language read it."""
    whole, _, rest = write_amount(minor, currency).partition(".")
    grouped = f"{int(whole):,}"
    sign = SIGNS.get(currency, currency)
    if language == "en":
        number = f"{grouped}.{rest}" if EXPONENTS[currency] else grouped
        return f"{sign}{number}" if len(sign) == 1 else f"{sign}\u00a0{number}"
    number = grouped.replace(",", "\u00a0") + (f",{rest}" if EXPONENTS[currency] else "")
    return f"{number}\u00a0{sign}"


def clock_time(seconds: float, spec: str = "%H:%M") -> str:
    """Return a time of day in UTC."""
    return datetime.fromtimestamp(seconds, UTC).strftime(spec)
