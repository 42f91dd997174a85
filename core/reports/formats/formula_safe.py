"""Text that a spreadsheet must not take for a formula (pure)."""

# What Excel, LibreOffice and Google Sheets may run, also in the full width of East Asian keyboards (OWASP, CSV
# Injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")


def formula_safe(text: str) -> str:
    """Return the text, behind an apostrophe if a spreadsheet would take it for a formula, spaces before it or not."""
    return f"'{text}" if text.startswith(FORMULA) or text.lstrip().startswith(FORMULA) else text
