"""What people see change without asking again: a short log of changes, each with the people who may see it."""
