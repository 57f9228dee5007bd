"""The phone line for centres without an engine of their own: a provider calls back, and is told what comes next."""
