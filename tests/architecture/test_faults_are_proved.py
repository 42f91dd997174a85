"""The table of faults names every one of them, and tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NUMBERS = [f"F{number}" for number in range(1, 23)] + [f"R{number:02}" for number in range(1, 33)]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/faults.md").read_text().splitlines()
    if re.match(r"\| [FR][0-9]", line)
]


class TestTheTableOfFaults:
    def test_has_every_number_once(self) -> None:
        assert [row[0] for row in ROWS] == NUMBERS

    def test_names_tests_that_there_are(self) -> None:
        text = (ROOT / "docs/faults.md").read_text()
        named = re.findall(r"`(tests/[a-z_/0-9]+\.py)::([A-Za-z0-9_]+)`", text)
        missing = []
        for path, name in named:
            file = ROOT / path
            if not file.exists() or not re.search(rf"\b(def|class) {name}\b", file.read_text()):
                missing.append(f"{path}::{name}")
        assert not missing
        assert len(named) > len(NUMBERS)

    def test_gives_a_test_or_a_reason_for_each(self) -> None:
        assert [number for number, _, proof in ROWS if "::" not in proof and not proof.startswith("- ")] == []
