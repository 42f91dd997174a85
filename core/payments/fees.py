"""What the house charges for a payment that it carries (pure)."""

WHOLE = 10_000  # basis points


def service_fee(amount_minor: int, basis_points: int) -> int:
    """Return the fee for an amount in minor units, rounded to the nearest unit, and always less than the amount."""
    return min((amount_minor * basis_points + WHOLE // 2) // WHOLE, amount_minor - 1)


def refunded_fee(*, amount_minor: int, fee_minor: int, refunded_before: int, refund_minor: int) -> int:
    """Return what of the fee goes back with a refund: in proportion, and all of it once all is refunded."""
    return fee_minor * (refunded_before + refund_minor) // amount_minor - fee_minor * refunded_before // amount_minor
