"""Where a person stands in an unfinished conversation."""
