"""Wallets: what people have with us, what is held of it, and how it leaves."""
