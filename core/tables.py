"""Every table of the product, so that migrations and tests see all of them."""

from core.db import Base
from core.inbox.models import InboxRow
from core.outbox.models import OutboxRow

TABLES = (InboxRow, OutboxRow)
METADATA = Base.metadata
