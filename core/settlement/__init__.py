"""Shares, debts and the life of a locked distribution."""
