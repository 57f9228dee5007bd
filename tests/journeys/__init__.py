"""Whole processes, driven over their sockets without a browser."""
