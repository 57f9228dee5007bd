"""Several engines: real processes, with what `fristad redis-acl` prints."""
