"""The kinds of files that a report can be: one file each, a pure function of a document and a language."""

from collections.abc import Callable, Mapping

from core.reports.document import Document
from core.reports.formats import chart, csv_file, json_file, pdf_file, xlsx_file
from core.reports.models import ReportFormat

Make = Callable[[Document, str], bytes]
FORMATS: Mapping[ReportFormat, Make] = {
    ReportFormat.PDF: pdf_file.make,
    ReportFormat.XLSX: xlsx_file.make,
    ReportFormat.CSV: csv_file.make,
    ReportFormat.JSON: json_file.make,
    ReportFormat.PNG: chart.make,
}
