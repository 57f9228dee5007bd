"""One module for each thing that reads what strangers send.

Each has `ROOM` (the module that it tries), `SEEDS` (what to begin with) and `target(data)`, which raises when a promise
is broken. A module here joins by being here; one whose room does not exist yet is told and waits for it.
"""
