"""Why a payment did not go through, in people's words."""

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
}


def written_reason(reason: str | None, language: str, *, by_bank: bool = True) -> str:
    """Return a sentence for a reason as providers and our own rules name it; `by_bank` says that a bank was asked."""
    known = reason if reason in TOLD else "unknown" if by_bank else "canceled"
    return say_plain(language, f"reason-{known.replace('_', '-')}")
