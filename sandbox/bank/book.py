"""The bank's own book: what it took and gave back, for others to compare theirs with."""

from sandbox.bank.state import State


def book(state: State, shop: str | None = None) -> dict[str, dict[str, int]]:
    """Return by currency, in minor units: what was `paid` (before `fees`), `refunded`, and the `count` of payments."""
    sums: dict[str, dict[str, int]] = {}
    for payment in state.payments.values():
        if payment["status"] != "succeeded" or shop not in {None, payment["shop"]}:
            continue
        line = sums.setdefault(payment["currency"], {"paid": 0, "refunded": 0, "fees": 0, "count": 0})
        line["paid"] += payment["amount_minor"]
        line["refunded"] += payment["refunded_minor"]
        line["fees"] += payment["fee_minor"]
        line["count"] += 1
    return sums
