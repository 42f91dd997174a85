"""The arrows of the picture: in an order in which they cross little, and as many as fit (pure)."""

from collections import defaultdict
from collections.abc import Sequence

from core.ids import UserId
from core.reports.document import Debt, PurchaseReport
from core.reports.paper import Arrow

ARROWS_MAX = 48  # more would be no picture any more; the tables have them all


def arrows_of(report: PurchaseReport) -> tuple[list[Arrow], list[Arrow]]:
    """Return the arrows to be drawn, from the top down, and the smaller ones for which there is no room."""
    by_size = sorted(report.debts, key=lambda debt: (-debt.amount_minor, debt.payer_id, debt.payee_id))
    drawn = _ordered(by_size[:ARROWS_MAX])
    return [_arrow(debt, report) for debt in drawn], [_arrow(debt, report) for debt in by_size[ARROWS_MAX:]]


def _ordered(debts: Sequence[Debt]) -> list[Debt]:
    """Return the debts of one payer side by side, payers and debts both in the order of the payees they lead to.

    Payees stand by what they get, the largest first; so nearly parallel arrows stay parallel.
    """
    gets: defaultdict[UserId, int] = defaultdict(int)
    for debt in debts:
        gets[debt.payee_id] += debt.amount_minor
    places = {payee_id: place for place, payee_id in enumerate(sorted(gets, key=lambda payee: (-gets[payee], payee)))}
    leads: defaultdict[UserId, list[int]] = defaultdict(list)
    for debt in debts:
        leads[debt.payer_id].append(places[debt.payee_id])
    # The mean place without a division: tens of thousands of places hold any number of people.
    means = {payer_id: sum(found) * 10_000 // len(found) for payer_id, found in leads.items()}
    return sorted(debts, key=lambda debt: (means[debt.payer_id], debt.payer_id, places[debt.payee_id]))


def _arrow(debt: Debt, report: PurchaseReport) -> Arrow:
    done_minor = debt.amount_minor - debt.left_minor
    names = report.names
    return Arrow(names[debt.payer_id], names[debt.payee_id], debt.amount_minor, done_minor, debt.is_settled)
