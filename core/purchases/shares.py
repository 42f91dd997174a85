"""Who bears what of a task: the one function that computes shares, and the five ways to say how (pure)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, Strict, TypeAdapter

from core.errors import Invalid
from core.ids import UserId
from core.money import MINOR_MAX, apportion

WEIGHT_MAX = 1_000_000
WHOLE = 10_000  # hundredths of a percent
StrictInt = Annotated[int, Strict()]  # in JSON neither 1.0 nor true may pass for an integer


class NobodyShares(Invalid):
    """A cost needs somebody who bears it."""


class WrongWeight(Invalid):
    """A weight or a percentage is below zero or too large."""


class PercentsDoNotAddUp(Invalid):
    """The percentages are not 100 together."""


class SharesDoNotAddUp(Invalid):
    """The exact shares are not the cost together; the params say by how much and to which side."""


class NegativeShare(Invalid):
    """Somebody would bear less than nothing."""


class NobodyPaid(Invalid):
    """A cost needs somebody who paid it."""


class WrongPayment(Invalid):
    """What somebody paid is not above zero."""


class PaymentsDoNotAddUp(Invalid):
    """The payments are not the cost together; the params say by how much and to which side."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a split comes down to: a person's fixed amount, and their weight in what is left of the cost after those."""

    fixed: Mapping[UserId, int]
    weights: Mapping[UserId, int]


class _Split:
    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Return the split as it is stored; `split_from_json` reads it."""
        stored: dict[str, Any] = _SPLITS.dump_python(self, mode="json")  # type: ignore[arg-type]
        return stored


@dataclass(frozen=True, slots=True)
class Equal(_Split):
    """Everybody bears the same; to name somebody twice is to name them once."""

    user_ids: tuple[UserId, ...]
    mode: Literal["equal"] = "equal"

    def terms(self) -> Terms:
        """Return weights of one."""
        return Terms(fixed={}, weights=dict.fromkeys(self.user_ids, 1))


@dataclass(frozen=True, slots=True)
class Shares(_Split):
    """Everybody bears in proportion to their weight; 0 is to bear nothing."""

    weights: Mapping[UserId, StrictInt]
    mode: Literal["shares"] = "shares"

    @property
    def user_ids(self) -> Collection[UserId]:
        """Return everybody who is named."""
        return self.weights.keys()

    def terms(self) -> Terms:
        """Return the weights as they are.

        :raises WrongWeight: if one is below zero or above `WEIGHT_MAX`.
        """
        _check_weights(self.weights)
        return Terms(fixed={}, weights=self.weights)


@dataclass(frozen=True, slots=True)
class Percent(_Split):
    """Everybody bears a percentage, in hundredths of a percent: 33.34 % is 3334. They are 10000 together."""

    percents: Mapping[UserId, StrictInt]
    mode: Literal["percent"] = "percent"

    @property
    def user_ids(self) -> Collection[UserId]:
        """Return everybody who is named."""
        return self.percents.keys()

    def terms(self) -> Terms:
        """Return the percentages as weights.

        :raises WrongWeight: if one is below zero or absurd.
        :raises PercentsDoNotAddUp: if they are not 100 together.
        """
        _check_weights(self.percents)
        total = sum(self.percents.values())
        if total != WHOLE:
            whole, hundredths = divmod(total, 100)
            raise PercentsDoNotAddUp(total=f"{whole}.{hundredths:02}")
        return Terms(fixed={}, weights=self.percents)


@dataclass(frozen=True, slots=True)
class Exact(_Split):
    """Everybody bears exactly the amount said, in minor units; they are the cost together."""

    amounts_minor: Mapping[UserId, StrictInt]
    mode: Literal["exact"] = "exact"

    @property
    def user_ids(self) -> Collection[UserId]:
        """Return everybody who is named."""
        return self.amounts_minor.keys()

    def terms(self) -> Terms:
        """Return fixed amounts, after which nothing may be left."""
        return Terms(fixed=self.amounts_minor, weights={})


@dataclass(frozen=True, slots=True)
class Adjustment(_Split):
    """Everybody bears the same, then so many minor units more or less: {anna: 0, boris: 500, vera: -200}."""

    adjustments_minor: Mapping[UserId, StrictInt]
    mode: Literal["adjustment"] = "adjustment"

    @property
    def user_ids(self) -> Collection[UserId]:
        """Return everybody who is named."""
        return self.adjustments_minor.keys()

    def terms(self) -> Terms:
        """Return the adjustments as fixed amounts and weights of one for the rest."""
        return Terms(fixed=self.adjustments_minor, weights=dict.fromkeys(self.adjustments_minor, 1))


Split = Equal | Shares | Percent | Exact | Adjustment
_SPLITS: TypeAdapter[Split] = TypeAdapter(Annotated[Split, Field(discriminator="mode")])


@dataclass(frozen=True, slots=True)
class Share:
    """What one person bears of a task, in minor units; `extra_minor` is 1 if that holds a unit left over."""

    user_id: UserId
    share_minor: int
    extra_minor: int


def compute_shares(*, cost_minor: int, currency: str, split: Split, task_id: UUID) -> tuple[Share, ...]:
    """Return the share of everybody named by the split, in order of their ids; the shares sum to the cost.

    Units that cannot be divided go one each to the largest remainders. Equal remainders are ordered by the ids of the
    people who share, beginning with the one at position `fnv1a32(task_id) % how many share`, so that over many tasks
    everybody is met alike: of 100 among Anna, Boris and Vera (33 each), a task whose hash is 1 modulo 3 gives the one
    unit left over to Boris. The order in which people are named changes nothing.

    :raises NobodyShares: if nobody is named, or nobody has a weight.
    :raises WrongWeight, PercentsDoNotAddUp: if the weights of the split are wrong.
    :raises SharesDoNotAddUp: if exact shares are not the cost together.
    :raises NegativeShare: if somebody's amount or adjustment makes them bear less than nothing.
    """
    assert 0 <= cost_minor <= MINOR_MAX, cost_minor
    terms = split.terms()
    rest_minor = cost_minor - sum(terms.fixed.values())
    sharers = sorted(user_id for user_id, weight in terms.weights.items() if weight)
    if not split.user_ids or (terms.weights and not sharers):
        raise NobodyShares
    if rest_minor and not sharers:
        raise SharesDoNotAddUp(**_by_how_much(rest_minor, currency))
    parts = {}
    if sharers:
        first = _fnv1a32(task_id.bytes) % len(sharers)
        weights = [terms.weights[user_id] for user_id in sharers]
        parts = dict(zip(sharers, apportion(rest_minor, weights, first=first), strict=True))
    shares = []
    for user_id in sorted(set(split.user_ids)):
        minor, extra = parts.get(user_id, (0, 0))
        share = Share(user_id, terms.fixed.get(user_id, 0) + minor, extra)
        # Less the extra unit, so that who gets it does not decide whether the split is right.
        if share.share_minor - extra < 0:
            raise NegativeShare
        shares.append(share)
    return tuple(shares)


def check_payers(*, cost_minor: int, currency: str, payers: Mapping[UserId, int]) -> None:
    """Check what each person paid, in minor units.

    :raises NobodyPaid: if nobody is named.
    :raises WrongPayment: if somebody paid nothing of a cost, or less than nothing.
    :raises PaymentsDoNotAddUp: if the payments are not the cost together.
    """
    if not payers:
        raise NobodyPaid
    if min(payers.values()) < min(cost_minor, 1):
        raise WrongPayment
    difference_minor = cost_minor - sum(payers.values())
    if difference_minor:
        raise PaymentsDoNotAddUp(**_by_how_much(difference_minor, currency))


def split_from_json(stored: Any) -> Split:
    """Return the split that `to_json` wrote; fields it does not know are ignored.

    :raises ValueError: if it is no split.
    """
    return _SPLITS.validate_python(stored)


def _check_weights(weights: Mapping[UserId, int]) -> None:
    if any(not 0 <= weight <= WEIGHT_MAX for weight in weights.values()):
        raise WrongWeight(weight_max=WEIGHT_MAX)


def _by_how_much(difference_minor: int, currency: str) -> dict[str, Any]:
    side = "missing" if difference_minor > 0 else "over"
    return {"difference_minor": abs(difference_minor), "currency": currency, "side": side}


def _fnv1a32(data: bytes) -> int:
    """Return the FNV-1a hash of 32 bits, which stays the same for ever, unlike Python's own."""
    digest = 0x811C9DC5
    for byte in data:
        digest = (digest ^ byte) * 0x01000193 % 2**32
    return digest
