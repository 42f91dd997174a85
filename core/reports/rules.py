"""Which reports there are, and what their files are called (pure)."""

import re

from core.errors import Invalid, NotFound
from core.reports.models import ReportFormat

FILE_NAME_LENGTH_MAX = 60
STATEMENT_FORMATS = (ReportFormat.PDF, ReportFormat.XLSX, ReportFormat.CSV, ReportFormat.JSON)
_NOT_IN_FILE_NAMES = re.compile(r"[^\w .,()-]+")


class UnknownFormat(Invalid):
    """A report is a PDF, a spreadsheet, CSV, JSON or a picture."""


class ReportNotFound(NotFound):
    """There is no such report."""


def check_format(written: str) -> ReportFormat:
    """Return the kind of file that is meant.

    :raises UnknownFormat: if it is none.
    """
    try:
        return ReportFormat(written.strip().lower().removeprefix("."))
    except ValueError:
        raise UnknownFormat(known=", ".join(ReportFormat)) from None


def file_name(title: str, kind: ReportFormat) -> str:
    """Return a name that every system takes for a file, in the letters of the title."""
    kept = " ".join(_NOT_IN_FILE_NAMES.sub(" ", title).split())[:FILE_NAME_LENGTH_MAX].strip(" .")
    return f"{kept or 'SyncBuy'}.{kind}"
