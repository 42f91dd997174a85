"""Proof by fault: the product's own processes are killed while people use it, and nothing may be lost or doubled."""
