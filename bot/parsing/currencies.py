"""How people write currencies next to numbers (pure)."""

from core.money import EXPONENTS

# The first code is what the mark means to somebody who asks; a purchase in any of the others may use it as well.
_MARKS = {
    "RUB BYN": "₽ р руб рубль рубля рублей rub",
    "USD CAD AUD NZD HKD SGD MXN ARS CLP COP": "$ usd доллар доллара долларов бакс бакса баксов dollar dollars",
    "EUR": "€ eur евро euro euros",
    "GBP": "£ gbp фунт фунта фунтов pound pounds",
    "JPY CNY": "¥",
    "JPY": "jpy иена иены иен йена йены йен yen",
    "CNY": "cny юань юаня юаней yuan",
    "KZT": "₸ kzt тенге тг",
    "UAH": "₴ uah грн гривна гривны гривен",
    "BYN": "byn",
    "GEL": "₾ лари",
    "AMD": "֏ amd драм драма драмов",
    "TRY": "₺ лира лиры лир",
    "AZN": "₼ azn манат маната манатов",
    "UZS": "uzs сум сума сумов",
    "KGS": "kgs сом сома сомов",
    "PLN": "zł zl pln злотый злотых",
    "KRW": "₩ krw вона воны вон",
    "VND": "₫ vnd донг донга донгов",
    "INR": "₹ inr рупия рупии рупий",
    "ILS": "₪ ils шекель шекеля шекелей",
    "THB": "฿ thb бат бата батов",
    "XTR": "⭐ xtr звезда звезды звёзд star stars",
}
_MEANS = {mark: codes.split() for codes, marks in _MARKS.items() for mark in marks.split()}


def currency_of(mark: str, expected: str) -> str | None:
    """Return the code that a mark beside a number means where `expected` is spoken of, or None if it is no currency.

    A code of ISO 4217 in capitals is always one; in small letters only where it could be no other word (`all`, `try`).
    """
    if mark in EXPONENTS:
        return mark
    codes = _MEANS.get(mark.lower())
    if codes is None:
        return None
    return expected if expected in codes else codes[0]
