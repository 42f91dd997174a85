"""Photos of receipts and of payments: sent in the chat, or uploaded."""
