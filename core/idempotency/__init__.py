"""A creating request that comes twice has one effect."""
