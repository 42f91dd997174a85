"""How often something may be done, kept in the database so that all processes share it."""
