"""The Telegram bot, the product's main interface: it understands people and speaks to them, and decides nothing."""
