"""What happens to a report."""

from typing import ClassVar

from core.ids import ReportId
from core.outbox.event import Event


class ReportMoved(Event):
    """A report was asked for, is being made, is ready, or could not be made."""

    name: ClassVar[str] = "report.moved"
    aggregate: ClassVar[str] = "report_id"
    report_id: ReportId
    status: str
