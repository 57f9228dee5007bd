"""The channel Telegram: the same help in a chat app, and honest about what Telegram knows."""
