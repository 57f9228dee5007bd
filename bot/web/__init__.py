"""The visitor's page: with JavaScript over a socket, without it as plain forms."""
