"""How an attempt changes, and what each change does to the debt that it pays (pure)."""

from datetime import datetime

from core.payments.models import OPEN, Attempt, AttemptStatus
from core.settlement.models import Intent, IntentStatus


def succeed(attempt: Attempt, intent: Intent | None, *, now: datetime) -> None:
    """Count the attempt's amount as paid; what is left of the debt stays payable."""
    _finish(attempt, AttemptStatus.SUCCEEDED, now)
    if intent is not None:
        assert attempt.amount_minor <= intent.left_minor
        intent.paid_minor += attempt.amount_minor
        _release(intent, now)


def fail(attempt: Attempt, intent: Intent | None, status: AttemptStatus, reason: str, *, now: datetime) -> None:
    """End the attempt without effect; the debt is payable again."""
    assert status != AttemptStatus.SUCCEEDED
    _finish(attempt, status, now)
    attempt.reason = reason
    if intent is not None:
        _release(intent, now)


def _finish(attempt: Attempt, status: AttemptStatus, now: datetime) -> None:
    assert attempt.status in OPEN, attempt.status
    attempt.status, attempt.finished_at, attempt.next_call_at = status, now, None


def _release(intent: Intent, now: datetime) -> None:
    intent.version += 1
    if intent.left_minor == 0:
        intent.status = IntentStatus.SUCCEEDED
    else:
        intent.status = IntentStatus.EXPIRED if intent.due_at <= now else IntentStatus.CREATED
