"""Reminders of debts: before they are due, when they are, and after; once each whoever computes them."""
