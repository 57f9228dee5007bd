"""Tests of the phone line that need no telephone engine."""
