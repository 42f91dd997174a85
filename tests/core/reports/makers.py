"""Documents of any size, made without a database, of people with the names that break things."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from core.ids import PurchaseId, TaskId, UserId
from core.money import apportion
from core.payments.models import AttemptStatus, Rail, RefundStatus
from core.reports.document import Debt, Expense, Payer, Payment, PurchaseReport, Refund, Share, Statement
from core.settlement.accruals import DoneTask, accrue
from core.settlement.models import IntentStatus

MORNING = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
NAMES = (
    "Анна",
    "=cmd|' /C calc'!A0",
    '"Борис", по прозвищу «;»',
    "@SUM(1+1)",
    "מרים محمد",
    "Зоя 🌲👨‍👩‍👧🏳️‍🌈",
    "#panic() $x$ *_a_* \\ <b>",
    "Ж" * 100,
    "Константинопольский-Задунайский Иннокентий Аристархович",
)
TITLES = (
    "Мясо",
    '=HYPERLINK("http://example.com")',
    "-1",
    "\t=1+1",
    "＝1+1",
    "Лимонад «Байкал», 2 л",
    "  +7 900",
    "1e9",
)


def purchase_document(people: int = 3, expenses: int = 5, *, currency: str = "RUB") -> PurchaseReport:
    """Return the report of a locked purchase of which the first debt is paid, and half of that went back."""
    ids = [UserId(UUID(int=number)) for number in range(1, people + 1)]
    names = {user_id: f"{NAMES[i % len(NAMES)]}{i // len(NAMES) or ''}"[:100] for i, user_id in enumerate(ids)}
    made = [_expense(number, ids) for number in range(1, expenses + 1)]
    tasks = [
        DoneTask(
            TaskId(UUID(int=expense.number)),
            {payer.user_id: payer.paid_minor for payer in expense.payers},
            {share.user_id: share.share_minor for share in expense.shares},
        )
        for expense in made
    ]
    debts = [
        Debt(
            payer_id=debt.payer_id,
            payee_id=debt.payee_id,
            amount_minor=debt.amount_minor,
            paid_minor=0 if place else debt.amount_minor,
            written_off_minor=0,
            refunded_minor=0,
            status=IntentStatus.CREATED if place else IntentStatus.SUCCEEDED,
            due_at=MORNING + timedelta(days=14),
            created_at=MORNING + timedelta(days=7),
        )
        for place, debt in enumerate(accrue(tasks))
    ]
    payments, refunds = _transfers(debts)
    return PurchaseReport(
        generated_at=MORNING + timedelta(days=9),
        time_zone="Europe/Moscow",
        purchase_id=PurchaseId(UUID(int=1000)),
        title='Шашлыки: «дача»/"юг" 🌲',
        currency=currency,
        status="locked",
        strategy="accruals",
        organizer_id=ids[0],
        created_at=MORNING,
        due_at=None,
        locked_at=MORNING + timedelta(days=7),
        closed_at=None,
        names=names,
        people=(),
        expenses=tuple(made),
        debts=tuple(debts),
        payments=payments,
        refunds=refunds,
    ).with_sums(ids)


def statement_document(*currencies: str) -> Statement:
    """Return the statement of a person with a purchase in each of these currencies."""
    person_id = UserId(UUID(int=1))
    purchases = [purchase_document(currency=currency).of_person(person_id, None) for currency in currencies]
    return Statement(MORNING, "Europe/Moscow", person_id, "Анна", None, tuple(purchases))


def _expense(number: int, ids: list[UserId]) -> Expense:
    cost, payer = 1000 + 37 * number, ids[number % len(ids)]
    parts = apportion(cost, [1] * len(ids), first=number % len(ids))
    shares = tuple(Share(user_id, part.minor, part.extra) for user_id, part in zip(ids, parts, strict=True))
    title = TITLES[number % len(TITLES)]
    return Expense(number, title, MORNING + timedelta(hours=number), cost, (Payer(payer, cost),), shares)


def _transfers(debts: list[Debt]) -> tuple[tuple[Payment, ...], tuple[Refund, ...]]:
    if not debts:
        return (), ()
    first, at = debts[0], MORNING + timedelta(days=8)
    between = first.payer_id, first.payee_id
    payment = Payment(UUID(int=1), at, *between, first.amount_minor, Rail.MANUAL, AttemptStatus.SUCCEEDED)
    refund = Refund(UUID(int=2), at, *between, first.amount_minor // 2, Rail.MANUAL, RefundStatus.SUCCEEDED)
    return (payment,), (refund,)
