"""The channel Telegram, against a strict Bot API server of our own."""
