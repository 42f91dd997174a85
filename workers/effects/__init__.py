"""What touches the outside world, always between two transactions, and is safe to repeat at every line."""
