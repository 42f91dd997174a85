"""How a debt is paid: attempts by every rail."""
