"""Orders: asynchronous requests to pay an amount from a wallet."""
