"""The life of a talk, shared by both sides: waiting room, claim, relay, presence, counters."""
