"""Events that are published exactly when their transaction commits."""
