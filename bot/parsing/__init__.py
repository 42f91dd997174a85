"""What people type, understood without guessing; whoever asks echoes back what was understood."""

from bot.parsing.amounts import parse_amount, parse_amount_in_any_currency, parse_amounts
from bot.parsing.dates import parse_due
from bot.parsing.lines import Spent, parse_spent, split_title_and_amount, split_title_and_due

__all__ = [
    "Spent",
    "parse_amount",
    "parse_amount_in_any_currency",
    "parse_amounts",
    "parse_due",
    "parse_spent",
    "split_title_and_amount",
    "split_title_and_due",
]
