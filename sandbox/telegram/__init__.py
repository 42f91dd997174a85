"""A Telegram of one's own: the Bot API, the people who chat, and a page to play them all."""
