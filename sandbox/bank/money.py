"""Amounts as the bank writes them, and the integers that it counts with."""

import re

EXPONENTS = {
    **dict.fromkeys(("RUB", "USD", "EUR", "GBP", "KZT", "BYN", "UAH", "UZS", "AMD", "GEL", "TRY", "CNY", "INR"), 2),
    **dict.fromkeys(("JPY", "KRW", "VND"), 0),
    **dict.fromkeys(("KWD", "BHD", "TND"), 3),
}
WRITTEN = re.compile(r"([0-9]{1,12})(?:\.([0-9]+))?")


def read_amount(value: str, currency: str) -> int:
    """Return an amount in minor units.

    :raises ValueError: if it is no decimal number, or more exact than the currency is.
    :raises KeyError: if the bank does not know the currency.
    """
    exponent = EXPONENTS[currency]
    found = WRITTEN.fullmatch(value)
    if found is None or len(found[2] or "") > exponent:
        raise ValueError(value)
    return int(found[1] + (found[2] or "").ljust(exponent, "0"))


def write_amount(minor: int, currency: str) -> str:
    """Return an amount with all the digits that its currency has."""
    exponent = EXPONENTS[currency]
    if exponent == 0:
        return str(minor)
    whole, rest = divmod(minor, 10**exponent)
    return f"{whole}.{rest:0{exponent}}"


def fee_of(minor: int, basis_points: int) -> int:
    """Return what the bank keeps of an amount, rounded half up."""
    return (minor * basis_points + 5_000) // 10_000
