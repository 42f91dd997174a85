"""The preview of a lock: both strategies side by side."""

from collections.abc import Mapping, Sequence

from core.ids import UserId
from core.money import Money, format_money
from core.notifications.message import Message, tap
from core.settlement.minimal import Transfer
from core.settlement.models import Strategy
from core.settlement.preview_distribution import Distribution
from core.texts import say, say_plain

TRANSFERS_SHOWN_MAX = 25


def preview_view(distribution: Distribution, people: Mapping[UserId, str], language: str, *, may_lock: bool) -> Message:
    """Return what a lock would do, with the buttons that do it for the organiser."""
    purchase = distribution.purchase
    accruals = distribution.transfers(Strategy.ACCRUALS)
    minimal = distribution.transfers(Strategy.MINIMAL)
    total = format_money(Money(distribution.total_minor, purchase.currency), language)
    parts: list[str] = [say(language, "preview-head", title=purchase.title, total=total, count=len(distribution.done))]
    if distribution.unfinished:
        titles = ", ".join(task.title for task in distribution.unfinished)
        parts.append(say(language, "preview-unfinished", titles=titles))
    same = _pairs(accruals) == _pairs(minimal)
    parts.append(_transfers("preview-both" if same else "preview-accruals", accruals, people, distribution, language))
    if not same:
        parts.append(_transfers("preview-minimal", minimal, people, distribution, language))
    if not may_lock:
        return Message("\n\n".join(parts))
    drop = "_drop" if distribution.unfinished else ""
    choices = [("accruals", accruals)] if same else [("accruals", accruals), ("minimal", minimal)]
    rows = tuple(
        (
            tap(
                say_plain(
                    language, f"button-lock-{'both' if same else name}{drop.replace('_', '-')}", count=len(chosen)
                ),
                f"lock_{name}{drop}",
                purchase.id,
                version=purchase.version,
                style="success",
            ),
        )
        for name, chosen in choices
    )
    return Message("\n\n".join(parts), rows)


def _pairs(transfers: Sequence[Transfer]) -> set[tuple[UserId, UserId, int]]:
    return {(transfer.payer_id, transfer.payee_id, transfer.amount_minor) for transfer in transfers}


def _transfers(
    head: str, transfers: Sequence[Transfer], people: Mapping[UserId, str], distribution: Distribution, language: str
) -> str:
    currency = distribution.purchase.currency
    lines = [
        say(
            language,
            "preview-transfer",
            payer=people[transfer.payer_id],
            payee=people[transfer.payee_id],
            amount=format_money(Money(transfer.amount_minor, currency), language),
        )
        for transfer in transfers[:TRANSFERS_SHOWN_MAX]
    ]
    if len(transfers) > TRANSFERS_SHOWN_MAX:
        lines.append(say(language, "preview-more", count=len(transfers) - TRANSFERS_SHOWN_MAX))
    return "\n".join([say(language, head, count=len(transfers)), *lines])
