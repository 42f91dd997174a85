"""The double-entry book of facts; only post() moves money."""
