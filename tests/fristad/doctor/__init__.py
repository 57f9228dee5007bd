"""The doctor, on real engines, servers, files and processes."""
