"""The front door: command line, embedded engine, supervision."""
