"""Why a payment did not go through, in people's words."""

from core.ids import UserId
from core.payments.models import Attempt, AttemptStatus, Rail
from core.texts import say_plain

# What is not here is told as "the bank declined": providers have dozens of reasons that help nobody to do better.
TOLD = {
    "not_enough_money",
    "insufficient_funds",
    "expired_on_confirmation",
    "canceled_by_payer",
    "card_expired",
    "3d_secure_failed",
    "general_decline",
    "fraud_suspected",
    "refused",
    "not_received",
    "withdrawn",
    "given_up",
    "expired",
    "amount_mismatch",
    "debt_gone",
}


def written_reason(reason: str | None, language: str, *, by_bank: bool = True) -> str:
    """Return a sentence for a reason as providers and our own rules name it; `by_bank` says that a bank was asked."""
    known = reason if reason in TOLD else "unknown" if by_bank else "canceled"
    return say_plain(language, f"reason-{known.replace('_', '-')}")


def written_failure(attempt: Attempt, language: str, *, reader_id: UserId) -> str | None:
    """Return why an attempt did not succeed, for its payer or for whom it would have paid; None if it did, or may yet.

    What a bank or a wallet says of the payer is told to the payer alone.
    """
    if attempt.status not in {AttemptStatus.CANCELED, AttemptStatus.FAILED, AttemptStatus.EXPIRED}:
        return None
    if attempt.rail != Rail.MANUAL and attempt.payer_id != reader_id:
        return written_reason(None, language, by_bank=False)
    return written_reason(attempt.reason, language, by_bank=attempt.rail == Rail.PROVIDER)
