"""Reports: everything about a purchase, or about one person, in one file."""
