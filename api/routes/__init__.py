"""The addresses, one file for each area."""
