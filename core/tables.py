"""Every table of the product, so that migrations and tests see all of them."""

from core.accounts.models import Hold
from core.budgets.models import Budget
from core.db import Base
from core.dialogs.models import Dialog
from core.idempotency.models import IdempotencyRow
from core.identity.models import User
from core.inbox.models import InboxRow
from core.ledger.models import Account
from core.live.models import Change
from core.notifications.models import Notification
from core.operators.models import OperatorAction
from core.orders.models import Order
from core.outbox.models import OutboxRow
from core.payments.models import Attempt
from core.photos.models import Photo
from core.purchases.models import Purchase
from core.reminders.models import Reminder
from core.reports.models import Report
from core.settlement.models import Intent

TABLES = (
    *(Account, Attempt, Budget, Change, Dialog, Hold, IdempotencyRow, InboxRow, Intent, Notification, Order),
    *(OperatorAction, OutboxRow, Photo, Purchase, Reminder, Report, User),
)
METADATA = Base.metadata
