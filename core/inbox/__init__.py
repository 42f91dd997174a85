"""A message that comes twice is handled once."""
