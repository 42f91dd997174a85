"""The domain of SyncBuy: every rule lives here, and nothing here knows Telegram, HTTP or a broker."""
