"""The channel for whoever calls: a keypad menu over the same dialogues and the same waiting room."""
