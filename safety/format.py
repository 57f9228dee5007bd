"""The version of what processes and pages of ours write for each other, and which others are read.

Two neighbouring versions run side by side while one takes the other's place, and a page lives for hours. So a reader
takes its own version, the one before and the next one, and passes over what it does not know: fields, kinds of events,
types of frames, names of closed sets (each reader says what it makes of those). A writer writes nothing that the
version before does not read: what is new is read one release earlier than it is written. tests/handover/test_format.py
holds both.
"""

FORMAT = 1  # one higher with every release that writes what the one before it did not


def is_near(version: object) -> bool:
    """Whether a value of this version is read. What bears none (None) is of the first."""
    number = 1 if version is None else version
    return type(number) is int and max(1, FORMAT - 1) <= number <= FORMAT + 1
