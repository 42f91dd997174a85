"""A payment provider that is no real one: its API, its notices, its payment page, its own book, and its bad days."""
