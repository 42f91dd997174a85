"""What became of a notice at the door."""

from enum import StrEnum


class Outcome(StrEnum):
    """How a notice was answered; each is counted."""

    STORED = "stored"
    REPEATED = "repeated"
    NOT_UNDERSTOOD = "not_understood"  # genuine and stored, for somebody to look at
    REFUSED = "refused"
    LIMITED = "limited"  # refused, from a sender that was refused too often
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    BROKEN_OFF = "broken_off"  # the sender left before the end
    NOT_STORED = "not_stored"  # the database is away or slow; the sender repeats it
