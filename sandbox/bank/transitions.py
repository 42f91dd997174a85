"""What becomes of payments and refunds; each change tells the shop and never turns back."""

import uuid
from typing import TYPE_CHECKING

from sandbox.bank.money import fee_of
from sandbox.bank.objects import payment_object, refund_object
from sandbox.bank.refusal import Impossible, Refusal
from sandbox.bank.shops import Shop
from sandbox.bank.state import State
from sandbox.storage import Thing

if TYPE_CHECKING:
    from sandbox.bank.notices import Notices

HOLD_SECONDS = 7 * 24 * 3600
REASONS = {
    "insufficient_funds": "payment_network",
    "card_expired": "payment_network",
    "3d_secure_failed": "payment_network",
    "general_decline": "payment_network",
    "fraud_suspected": "yoo_money",
    "issuer_unavailable": "payment_network",
    "payment_method_limit_exceeded": "payment_network",
}


class Transitions:
    """Every way from one state to the next."""

    def __init__(self, state: State, notices: "Notices") -> None:
        self.state = state
        self.notices = notices

    def create(self, shop: Shop, wanted: Thing) -> Thing:
        """Add a payment that waits for its payer."""
        until = self.state.now() + self.state.lifetime_seconds
        started = {"id": str(uuid.uuid4()), "shop": shop.name, "status": "pending", "until": until}
        return self.state.add("payment", {**started, "refunded_minor": 0, "fee_minor": 0, **wanted})

    def succeed(self, payment: Thing) -> None:
        """Let the payer pay; a payment in two stages then waits for the shop.

        :raises Impossible: if the payment is not pending.
        """
        self._check(payment, "pending")
        if fault := self.state.faults.take("wrong_amount", "payment.succeeded"):
            payment["amount_minor"] = max(payment["amount_minor"] + int(fault.get("minor", -100)), 1)
        if payment["capture"]:
            self._take_money(payment)
        else:
            payment |= {"status": "waiting_for_capture", "hold_until": self.state.now() + HOLD_SECONDS}
            self._changed(payment)

    def capture(self, payment: Thing, minor: int | None) -> None:
        """Let the shop take what is held for it, or a part.

        :raises Refusal: if nothing is held, or less.
        """
        if payment["status"] != "waiting_for_capture":
            raise Refusal.invalid("payment_id", f"Incorrect payment status: {payment['status']}")
        if minor is not None:
            if minor > payment["amount_minor"]:
                raise Refusal.invalid("amount", "Capture amount exceeds the payment amount")
            payment["amount_minor"] = minor
        self._take_money(payment)

    def cancel(self, payment: Thing, party: str = "merchant", reason: str = "canceled_by_merchant") -> None:
        """End a payment without money.

        :raises Impossible: if it ended already.
        """
        self._check(payment, "pending", "waiting_for_capture")
        payment |= {"status": "canceled", "canceled": {"party": party, "reason": reason}}
        self._changed(payment)

    def expire(self, payment: Thing) -> None:
        """End a payment that nobody confirmed, or captured, in time.

        :raises Impossible: if it ended already.
        """
        held = payment["status"] == "waiting_for_capture"
        self.cancel(payment, "yoo_money", "expired_on_capture" if held else "expired_on_confirmation")

    def expire_overdue(self) -> None:
        """End every payment whose time is over."""
        now = self.state.now()
        for payment in list(self.state.payments.values()):
            if (payment["status"] == "pending" and now >= payment["until"]) or (
                payment["status"] == "waiting_for_capture" and now >= payment["hold_until"]
            ):
                self.expire(payment)

    def refund(self, shop: Shop, payment: Thing, wanted: Thing) -> Thing:
        """Give money back at once, unless refunds are to stay pending.

        :raises Refusal: if the payment did not succeed, or less is left of it.
        """
        if payment["status"] != "succeeded":
            raise Refusal.invalid("payment_id", "Payment is not refundable in its current status")
        if wanted["currency"] != payment["currency"]:
            raise Refusal.invalid("amount.currency", "Currency differs from the currency of the payment")
        waiting = sum(
            refund["amount_minor"]
            for refund in self.state.refunds.values()
            if refund["payment_id"] == payment["id"] and refund["status"] == "pending"
        )
        if wanted["amount_minor"] > payment["amount_minor"] - payment["refunded_minor"] - waiting:
            raise Refusal.invalid("amount", "Refund amount exceeds what is left of the payment")
        started = {"id": str(uuid.uuid4()), "shop": shop.name, "payment_id": payment["id"], "status": "pending"}
        refund = self.state.add("refund", {**started, **wanted})
        if not self.state.faults.take("pending_refund", "create_refund"):
            self.succeed_refund(refund)
        return refund

    def succeed_refund(self, refund: Thing) -> None:
        """Give the money of a pending refund back.

        :raises Impossible: if it is not pending.
        """
        self._check(refund, "pending")
        refund["status"] = "succeeded"
        self.state.save("refund", refund)
        payment = self.state.payments[refund["payment_id"]]
        payment["refunded_minor"] += refund["amount_minor"]
        self.state.save("payment", payment)
        self.notices.tell(self.state.shops[refund["shop"]], "refund.succeeded", refund_object(refund))

    def cancel_refund(self, refund: Thing, reason: str = "insufficient_funds") -> None:
        """Give nothing back after all; as with the provider, no notice says so.

        :raises Impossible: if the refund is not pending.
        """
        self._check(refund, "pending")
        refund |= {"status": "canceled", "canceled": {"party": "yoo_money", "reason": reason}}
        self.state.save("refund", refund)

    def _take_money(self, payment: Thing) -> None:
        fee = fee_of(payment["amount_minor"], self.state.fee_basis_points)
        payment |= {"status": "succeeded", "captured": self.state.now(), "fee_minor": fee}
        self._changed(payment)

    def _changed(self, payment: Thing) -> None:
        self.state.save("payment", payment)
        event = f"payment.{payment['status']}"
        self.notices.tell(self.state.shops[payment["shop"]], event, payment_object(self.state, payment))

    def _check(self, thing: Thing, *statuses: str) -> None:
        if thing["status"] not in statuses:
            raise Impossible(f"this is {thing['status']} already")
