"""GCRA in one statement: a budget that refills steadily, for any table of names and times of arrival.

Source: ATM Forum, Traffic Management 4.0, generic cell rate algorithm (virtual scheduling).
"""

from sqlalchemy import TextClause, text


def reserving(table: str, key: str) -> TextClause:
    """Return the statement that takes one piece out of the budget `:name` and returns true, or nothing if none is left.

    The time of arrival moves on by `:interval` for each piece; a piece conforms while it is not more than `:tolerance`
    ahead of the clock of the database. Nothing is written where it does not conform.
    """
    return text(f"""
INSERT INTO {table} AS budget ({key}, arrival_at)
VALUES (:name, clock_timestamp() + CAST(:interval AS interval))
ON CONFLICT ({key}) DO UPDATE
SET arrival_at = greatest(budget.arrival_at, clock_timestamp()) + CAST(:interval AS interval)
WHERE budget.arrival_at <= clock_timestamp() + CAST(:tolerance AS interval)
RETURNING true
""")  # noqa: S608 -- the names of tables are our own


def waiting(table: str, key: str) -> TextClause:
    """Return the statement that says how long until the budget `:name` has a piece again, given its `:tolerance`."""
    return text(f"""
SELECT greatest(arrival_at - CAST(:tolerance AS interval) - clock_timestamp(), interval '0')
FROM {table}
WHERE {key} = :name
""")  # noqa: S608 -- the names of tables are our own
